import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, for this file and for a bundle of it. */
export const repository = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  if (folder === dirname(folder)) throw new Error('nx.json, which marks the root, is missing');
  return findRoot(dirname(folder));
}

/** Where one mesh keeps its state. Two meshes with two homes and two ports never meet. */
export type Home = {
  readonly root: string;
  /** Holds NAME.pid of each running process, and NAME.down of each that is kept down. */
  readonly run: string;
  readonly log: string;
  readonly data: string;
  readonly config: string;
};

/** A relative folder is one of the repository's. */
export function homeAt(folder: string): Home {
  const root = resolve(repository, folder);
  return {
    root,
    run: join(root, 'run'),
    log: join(root, 'log'),
    data: join(root, 'data'),
    config: join(root, 'config'),
  };
}

export function createHome(home: Home): void {
  mkdirSync(home.root, { recursive: true, mode: 0o700 });
  for (const folder of [home.run, home.log, home.data, home.config]) {
    mkdirSync(folder, { recursive: true });
  }
}
