import { generateTypes } from './generate.ts';
import { buildPrograms } from './mesh/programs.ts';

/** Bundles every program, as an image needs them. */
await generateTypes();
await buildPrograms();
