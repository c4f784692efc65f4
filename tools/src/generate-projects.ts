import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './mesh/paths.ts';

/** Runs the code generation of the services named, one after another, so that its parts load once. */
for (const service of process.argv.slice(2)) {
  const folder = join(repository, 'services', service);
  process.chdir(folder);
  await import(pathToFileURL(join(folder, 'codegen.ts')).href);
}
