import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './mesh/paths.ts';
import { UserError } from './mesh/say.ts';

const run = promisify(execFile);

const program = join(repository, 'tools/src/generate-projects.ts');

const shared = ['schemas/shared.graphql', 'tools/src/codegen.ts', 'tools/src/schemas.ts'];

/** Generates the types of every service whose schema, or the generator itself, has changed. */
export async function generateTypes(): Promise<void> {
  const stale = readdirSync(join(repository, 'services')).filter(
    (service) => existsSync(scriptOf(service)) && recordedHash(service) !== inputHash(service),
  );
  if (stale.length === 0) return;
  try {
    await run(process.execPath, ['--import', 'tsx', program, ...stale], { cwd: repository });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new UserError(`Types cannot be generated (${stale.join(', ')}).\n${output}`, {
      cause: error,
    });
  }
  for (const service of stale) writeFileSync(hashFile(service), inputHash(service));
}

function inputHash(service: string): string {
  const hash = createHash('sha256');
  const files = [...shared, `schemas/subgraphs/${service}.graphql`].map((file) =>
    join(repository, file),
  );
  for (const file of [...files, scriptOf(service)]) {
    if (existsSync(file)) hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

const recordedHash = (service: string): string | null =>
  existsSync(hashFile(service)) ? readFileSync(hashFile(service), 'utf8') : null;

const scriptOf = (service: string): string => join(repository, 'services', service, 'codegen.ts');

const hashFile = (service: string): string =>
  join(repository, 'services', service, 'src/generated/.inputs');
