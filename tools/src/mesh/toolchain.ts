import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackedToolchain } from './debian.ts';
import { isAtLeast, mysqlVersion, natsVersion, type Version } from './version.ts';

const run = promisify(execFile);

/** How a program is started: `file`, then `prefix`, then its own arguments. */
export type Program = { readonly file: string; readonly prefix: readonly string[] };

export type Toolchain = {
  readonly mysqld: Program;
  readonly nats: Program;
  /** Where an unpacked MySQL keeps its messages and plugins; null when it is installed. */
  readonly mysqlHome: string | null;
};

/** Oldest version that is good enough, and how a program tells its own. */
type Wanted = {
  readonly program: string;
  readonly atLeast: Version;
  readonly read: (printed: string) => Version | null;
};

const mysqldWanted: Wanted = { program: 'mysqld', atLeast: [8, 4], read: mysqlVersion };
const natsWanted: Wanted = { program: 'nats-server', atLeast: [2, 10], read: natsVersion };

/** MySQL and NATS: what is installed, else what Debian packages, unpacked into the user's cache. */
export async function findToolchain(): Promise<Toolchain> {
  const [mysqld, nats] = await Promise.all([
    findInstalled(mysqldWanted),
    findInstalled(natsWanted),
  ]);
  if (mysqld && nats) return { mysqld, nats, mysqlHome: null };

  const unpacked = await unpackedToolchain();
  return {
    mysqld: mysqld ?? unpacked.mysqld,
    nats: nats ?? unpacked.nats,
    mysqlHome: mysqld ? null : unpacked.mysqlHome,
  };
}

async function findInstalled({ program, atLeast, read }: Wanted): Promise<Program | null> {
  for (const folder of folders()) {
    const file = join(folder, program);
    if (!isExecutable(file)) continue;
    const version = read((await run(file, ['--version'])).stdout);
    if (version && isAtLeast(version, atLeast)) return { file, prefix: [] };
  }
  return null;
}

/** The PATH, and where servers are put that a plain user's PATH leaves out. */
const folders = (): string[] => [
  ...(process.env['PATH'] ?? '').split(':').filter((folder) => folder !== ''),
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
