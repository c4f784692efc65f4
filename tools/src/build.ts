import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin, stop } from 'esbuild';

/** Bundles our own packages and leaves every other one to be loaded from node_modules. */
const ownPackagesOnly: Plugin = {
  name: 'own-packages-only',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@crm/') ? undefined : { path, external: true },
    );
  },
};

/**
 * What a project may consist of: the process, the deploy step that migrates, what that would do, the
 * program that makes its projection anew, that which tells what its records are now, and the thread
 * that imports files.
 */
export const projectPrograms = {
  main: 'src/main.ts',
  migrate: 'src/migrate.ts',
  migrations: 'src/migrations/index.ts',
  rebuild: 'src/rebuild.ts',
  snapshot: 'src/snapshot.ts',
  imports: 'src/imports.ts',
} as const;

/** Bundles programs. `root` is an absolute folder, `entries` maps outputs to sources, both below it. */
export async function bundle(
  root: string,
  entries: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(entries).length === 0) return;
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([out, source]) => ({
      in: `./${source}`,
      out: out.replace(/\.js$/, ''),
    })),
    outdir: '.',
    bundle: true,
    format: 'esm',
    platform: 'node',
    plugins: [ownPackagesOnly],
    sourcemap: true,
    target: 'node20',
    write: false,
  });
  for (const { path, contents } of outputFiles) writeIfChanged(path, contents);
  // Its process would stay as long as ours.
  await stop();
}

/** In one step, because a mesh that runs may start the old file at any moment. */
function writeIfChanged(file: string, contents: Uint8Array): void {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  mkdirSync(dirname(file), { recursive: true });
  const work = join(dirname(file), `.${process.pid}.${relative(dirname(file), file)}`);
  writeFileSync(work, contents);
  renameSync(work, file);
}
