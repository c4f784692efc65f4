import { buildSupervisor } from './mesh/programs.ts';

await buildSupervisor();
