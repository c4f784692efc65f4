import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, projectPrograms } from './build.ts';

/** Bundles the programs of the project in the current folder. */
const found = Object.entries(projectPrograms).filter(([, source]) =>
  existsSync(join(process.cwd(), source)),
);
await bundle(
  process.cwd(),
  Object.fromEntries(found.map(([name, source]) => [`dist/${name}.js`, source])),
);
