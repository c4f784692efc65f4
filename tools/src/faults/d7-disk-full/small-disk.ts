import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../../mesh/say.ts';
import { NotHere } from '../scenario.ts';

/** A folder that is on a disk of its own for a while, with little room. */
export type SmallDisk = {
  /** Leaves no room at all. Whoever measures in this process goes on meanwhile. */
  readonly fill: () => Promise<void>;
  readonly empty: () => void;
  /** The folder is on its old disk again, with what it holds now. */
  readonly remove: () => void;
};

export type Wanted = { readonly folder: string; readonly roomMb: number };

const chunk = Buffer.alloc(1024 * 1024);

/** Puts `folder`, which nobody may use meanwhile, on a disk in memory. */
export function putOnSmallDisk({ folder, roomMb }: Wanted): SmallDisk {
  const usedMb = Number(run('du', '-sm', folder).split('\t')[0]);
  const disk = `${folder}.disk`;
  mkdirSync(disk);
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${usedMb + roomMb}m`, 'tmpfs', disk);
  } catch (error) {
    rmSync(disk, { recursive: true });
    throw new NotHere(`a small disk cannot be mounted (as root it can): ${explain(error)}`);
  }
  const data = join(disk, 'data');
  run('cp', '--archive', folder, data);
  run('mount', '--bind', data, folder);
  const ballast = join(disk, 'ballast');
  return {
    fill: () => fill(ballast),
    empty: () => rmSync(ballast, { force: true }),
    remove: () => {
      run('umount', '--lazy', folder);
      rmSync(folder, { recursive: true });
      run('cp', '--archive', data, folder);
      run('umount', '--lazy', disk);
      rmSync(disk, { recursive: true });
    },
  };
}

/** Takes what is free, up to the last byte. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (let size = chunk.length; size >= 1;) {
      try {
        await handle.write(chunk, 0, size);
      } catch {
        size = Math.floor(size / 2);
      }
    }
  } finally {
    await handle.close();
  }
}

const run = (file: string, ...given: readonly string[]): string =>
  execFileSync(file, given, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
