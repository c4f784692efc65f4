import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './build.ts';

/** The programs of a project: the process itself, and the deploy step that migrates its schema. */
const programs = ['main', 'migrate'];

/** Bundles the project in the current folder. */
const found = programs.filter((name) => existsSync(join(process.cwd(), `src/${name}.ts`)));
await bundle(
  process.cwd(),
  Object.fromEntries(found.map((name) => [`dist/${name}.js`, `src/${name}.ts`])),
);
