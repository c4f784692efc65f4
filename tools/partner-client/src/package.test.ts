import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(120_000);

const root = fileURLToPath(new URL('..', import.meta.url));
const packageFolder = (name: string): string =>
  dirname(createRequire(root).resolve(`${name}/package.json`));

/** What a consumer installs besides. */
const dependencies = ['graphql', 'graphql-ws', 'ws'];

let folder: string;

const run = (program: string, ...options: readonly string[]): string =>
  execFileSync(program, options, { cwd: folder, encoding: 'utf8' });

/** Packs the client, and unpacks it where a program of a partner would have it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'consumer-'));
  run(
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    join(root, 'build.ts'),
    `${folder}/built`,
  );
  run('npm', 'pack', '--silent', '--pack-destination', folder, './built');
  const installed = join(folder, 'node_modules/@crm/partner-client');
  mkdirSync(installed, { recursive: true });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  run('tar', '-xzf', tarball, '-C', installed, '--strip-components=1');
  for (const name of dependencies) {
    symlinkSync(packageFolder(name), join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('The package', () => {
  test('gives a program in TypeScript its types', () => {
    writeFileSync(
      join(folder, 'consumer.ts'),
      `import { followChanges, memoryCursor, FollowError, type ChangeFilter } from '@crm/partner-client';
       const filter: ChangeFilter = { entities: ['CUSTOMER'] };
       const options = { url: 'ws://127.0.0.1/', token: () => 'none', cursor: memoryCursor(), select: 'entity { id }', filter };
       for await (const change of followChanges<{ entity: { id: string } | null }>(options)) {
         if (change.kind === 'GAP' || change.kind === 'OVERFLOW' || change.kind === 'CAUGHT_UP') {
           const reason: string | null = change.reason;
           throw new FollowError('REFUSED', reason ?? '');
         }
         const id: string | undefined = change.entity?.id;
         // @ts-expect-error an id is no number
         const wrong: number = change.entity?.id ?? '';
         console.log(id, wrong);
       }`,
    );
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2023',
          module: 'nodenext',
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: [],
        },
        files: ['consumer.ts'],
      }),
    );
    const compiler = join(packageFolder('typescript'), 'bin/tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  test('runs', () => {
    const program = `import('@crm/partner-client').then((all) => console.log(Object.keys(all).join()))`;
    const exported = run(process.execPath, '--eval', program).trim();
    expect(exported).toBe('FollowError,fileCursor,followChanges,memoryCursor');
  });
});
