import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.ts';
import { say, step, UserError } from './say.ts';
import type { Program, Toolchain } from './toolchain.ts';

const run = promisify(execFile);

/** Packages that are unpacked together into one folder of the cache. */
export type Collection = {
  readonly name: string;
  readonly packages: readonly string[];
  readonly about: string;
  /** What to do where they can't be had. */
  readonly otherwise: string;
};

const installServers = `Guanxi needs mysqld 8.4 or newer and nats-server 2.10 or newer. Install them, for example with
  brew install mysql nats-server
or run everything in containers:
  docker compose -f deploy/compose.yaml up`;

const servers: Collection = {
  name: 'toolchain',
  packages: ['mysql-server-core', 'mysql-client-core', 'nats-server'],
  about: 'MySQL and NATS are not installed: getting them from Debian (84 MB, once)',
  otherwise: installServers,
};

const router: Collection = {
  name: 'router',
  packages: ['mysql-router'],
  about: 'MySQL Router is not installed: getting it from Debian (once)',
  otherwise: 'Install MySQL Router.',
};

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Used where apt knows no Debian mirror, as on Ubuntu. */
const defaultMirror = 'http://deb.debian.org/debian';
const downloadMsMax = 300_000;

/** MySQL and NATS from Debian's packages, downloaded at the first use: no root, no system file touched. */
export async function unpackedToolchain(): Promise<Toolchain> {
  const root = await unpacked(servers);
  const nats = existsSync(join(root, 'usr/sbin/nats-server')) ? 'usr/sbin' : 'usr/bin';
  return {
    mysqld: programIn(root, 'usr/sbin/mysqld'),
    nats: programIn(root, `${nats}/nats-server`),
    mysqlHome: join(root, 'usr'),
  };
}

/** MySQL Router in the same way, for those that measure against it. */
export async function unpackedRouter(): Promise<{
  readonly router: Program;
  readonly plugins: string;
}> {
  const root = await unpacked(router);
  return {
    router: programIn(root, 'usr/bin/mysqlrouter'),
    plugins: join(root, 'usr/lib/mysqlrouter/plugin'),
  };
}

/** The folder that packages are unpacked into, at the first use: no root, no system file touched. */
export async function unpacked(collection: Collection): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'guanxi');
  const folder = join(cache, collection.name);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    await withLock(join(cache, `${collection.name}.lock`), async () => {
      if (!existsSync(folder)) await download(collection, folder);
    });
  }
  return folder;
}

async function download({ packages, about, otherwise }: Collection, folder: string): Promise<void> {
  if (!existsSync('/usr/bin/apt-get')) throw new UserError(otherwise);
  say(about);

  const work = `${folder}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  try {
    await step('download', () => fetchPackages(work, packages));
    await step('unpack', () => unpack(work));
    renameSync(join(work, 'root'), folder);
  } catch (error) {
    throw new UserError(`The download failed.\n\n${tail(error)}\n\n${otherwise}`, {
      cause: error,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** apt with a configuration, lists and a (still empty) status of its own: every library comes along, libc too. */
async function fetchPackages(work: string, packages: readonly string[]): Promise<void> {
  for (const folder of ['etc/preferences.d', 'etc/apt.conf.d', 'state/lists/partial']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  mkdirSync(join(work, 'cache/archives/partial'), { recursive: true });
  writeFileSync(join(work, 'status'), '');
  writeFileSync(join(work, 'etc/sources.list'), await source(work));
  writeFileSync(join(work, 'apt.conf'), await aptConfiguration(work));

  const options = {
    env: { ...process.env, APT_CONFIG: join(work, 'apt.conf'), LC_ALL: 'C' },
    timeout: downloadMsMax,
    maxBuffer: 16 * 1024 * 1024,
  };
  await run('apt-get', ['-qq', 'update'], options);
  await run('apt-get', ['-qq', '-y', '--download-only', 'install', ...packages], options);
}

async function source(work: string): Promise<string> {
  const mirror = process.env['GUANXI_DEBIAN_MIRROR'] ?? findMirror(aptSources()) ?? defaultMirror;
  const signedBy = existsSync(keyring) ? keyring : await fetchKeyring(work);
  return `deb [check-valid-until=no signed-by=${signedBy}] ${mirror} sid main\n`;
}

/** Ubuntu's own apt, which checks signatures too, has Debian's keyring as a package. */
async function fetchKeyring(work: string): Promise<string> {
  const folder = join(work, 'keyring');
  mkdirSync(folder);
  await run('apt-get', ['-qq', 'download', 'debian-archive-keyring'], { cwd: folder });
  const [file] = readdirSync(folder);
  await run('dpkg-deb', ['-x', join(folder, file ?? ''), folder]);
  return join(folder, keyring);
}

async function aptConfiguration(work: string): Promise<string> {
  const { stdout } = await run('apt-config', ['dump']);
  // Proxies and the like stay as the machine has them.
  const acquire = stdout.split('\n').filter((line) => line.startsWith('Acquire::'));
  return [
    ...acquire,
    `Dir::Etc "${work}/etc";`,
    `Dir::Etc::sourcelist "${work}/etc/sources.list";`,
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::State "${work}/state";`,
    `Dir::State::status "${work}/status";`,
    `Dir::Cache "${work}/cache";`,
    // A mirror that cannot be reached is told as such, and soon.
    'APT::Update::Error-Mode "any";',
    'Acquire::http::Timeout "30";',
    'Acquire::https::Timeout "30";',
    'APT::Install-Recommends "false";',
    'APT::Sandbox::User "";',
    'Debug::NoLocking "true";',
    '',
  ].join('\n');
}

function aptSources(): string {
  const parts = '/etc/apt/sources.list.d';
  const files = existsSync(parts) ? readdirSync(parts).map((file) => join(parts, file)) : [];
  return ['/etc/apt/sources.list', ...files]
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** The Debian mirror that apt on this machine uses, so that a person's choice is kept. */
export function findMirror(sources: string): string | null {
  const lines = sources.split('\n').filter((line) => !/^\s*#/.test(line));
  const match = /\bhttps?:\/\/\S+\/debian\/?(?=\s|$)/.exec(lines.join('\n'));
  return match ? match[0] : null;
}

async function unpack(work: string): Promise<void> {
  const archives = join(work, 'cache/archives');
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', join(archives, file), join(work, 'root')]);
  }
}

/** An older libc on this machine does not matter: programs start through the unpacked loader. */
function programIn(root: string, path: string): Program {
  const libraries = librariesOf(root);
  const loader = readdirSync(libraries).find((name) => /^ld-linux.*\.so\.\d$/.test(name));
  if (!loader) throw new UserError(`${root} is damaged: remove it and start again.`);
  const paths = [libraries, `${root}/usr/lib/mysql/private`, `${root}/usr/lib/mysql-router`];
  return {
    file: join(libraries, loader),
    prefix: ['--library-path', paths.join(':'), join(root, path)],
  };
}

/** Where the libraries of unpacked packages are, the loader too. */
export const librariesOf = (root: string): string =>
  join(root, `usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`);

const tail = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n').slice(-8).join('\n');
