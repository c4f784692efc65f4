import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Household } from './household.ts';
import type { EquippedMesh, Mesh } from './mesh.ts';
import { repository } from './paths.ts';
import { services } from './services.ts';

export const mysqlNames = ['mysql-a', 'mysql-b'] as const;

export type MysqlName = (typeof mysqlNames)[number];

const initialiseMsMax = 300_000;

const serverIds = { 'mysql-a': 1, 'mysql-b': 2 } as const;

/** How a server is started, after `prepareMysql`. */
export function mysqlCommand(
  mesh: EquippedMesh,
  name: MysqlName,
): readonly [file: string, ...string[]] {
  const { file, prefix } = mesh.toolchain.mysqld;
  return [file, ...prefix, `--defaults-file=${configFile(mesh, name)}`];
}

const hasData = (mesh: Mesh): boolean =>
  mysqlNames.every((name) => existsSync(dataFolder(mesh, name)));

/**
 * Removes all data when that of a server is missing: the rest was begun only, or belongs to it.
 * The record of who is the source, which NATS keeps, names servers that are gone then.
 */
export function removeHalf(mesh: Mesh): void {
  if (!hasData(mesh)) rmSync(mesh.home.data, { recursive: true, force: true });
}

/** Writes both configurations and, the first time, both data folders. */
export async function prepareMysql(mesh: EquippedMesh, household: Household): Promise<void> {
  for (const name of mysqlNames) {
    mkdirSync(temporaryFolder(mesh, name), { recursive: true });
    writeFileSync(configFile(mesh, name), configuration(mesh, name));
  }
  if (hasData(mesh)) return;

  const template = join(mesh.home.data, 'mysql-template');
  await initialise(mesh, template, household);
  // A copy takes a tenth of the time, and both servers begin with the same users and no GTID.
  cpSync(template, dataFolder(mesh, 'mysql-b'), { recursive: true });
  renameSync(template, dataFolder(mesh, 'mysql-a'));
}

async function initialise(mesh: EquippedMesh, folder: string, household: Household): Promise<void> {
  const { file, prefix } = mesh.toolchain.mysqld;
  const sql = join(mesh.home.config, 'users.sql');
  const config = join(mesh.home.config, 'initialise.cnf');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(sql, users(mesh), { mode: 0o600 });
  writeFileSync(config, `${includes(mesh, [])}\n[mysqld]\n${installation(mesh).join('\n')}\n`);
  try {
    const options = [`--defaults-file=${config}`, '--initialize-insecure', `--init-file=${sql}`];
    const closed = ['--skip-log-bin', '--super-read-only=OFF', `--datadir=${folder}`];
    const command = [file, ...prefix, ...options, ...closed] as const;
    await household.run({ name: 'mysql-initialise', command }, initialiseMsMax);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(sql, { force: true });
  }
  rmSync(join(folder, 'auto.cnf'), { force: true });
}

function configuration(mesh: EquippedMesh, name: MysqlName): string {
  const { ports } = mesh;
  return `${includes(mesh, ['common'])}
[mysqld]
${installation(mesh).join('\n')}
server_id = ${serverIds[name]}
datadir = ${dataFolder(mesh, name)}
tmpdir = ${temporaryFolder(mesh, name)}
bind_address = 127.0.0.1
port = ${ports[name]}
admin_address = 127.0.0.1
admin_port = ${ports[`${name}-admin`]}
report_host = 127.0.0.1
report_port = ${ports[name]}
# Relative to the data folder, because a socket's whole path may have 107 bytes only.
socket = mysqld.sock
pid_file = mysqld.pid
`;
}

/** common.cnf is left out while a server initialises: it sets plugins, which are not loaded then. */
const includes = ({ durability }: Mesh, first: readonly string[]): string =>
  [...first, 'small', ...(durability === 'relaxed' ? ['relaxed'] : [])]
    .map((file) => `!include ${join(repository, `deploy/mysql/${file}.cnf`)}`)
    .join('\n');

function installation({ toolchain: { mysqlHome } }: EquippedMesh): string[] {
  const user = process.getuid?.() === 0 ? ['user = root'] : [];
  return [...user, ...places(mysqlHome).map(([name, value]) => `${name} = ${value}`)];
}

/** Where an unpacked server finds its own files; an installed one knows. */
function places(mysqlHome: string | null): [name: string, value: string][] {
  if (mysqlHome === null) return [];
  return [
    ['basedir', mysqlHome],
    ['plugin_dir', `${mysqlHome}/lib/mysql/plugin`],
    ['lc_messages_dir', `${mysqlHome}/share/mysql`],
    ['character_sets_dir', `${mysqlHome}/share/mysql/charsets`],
  ];
}

/** The same on a command line. */
export const mysqldOptions = (mysqlHome: string | null): string[] =>
  places(mysqlHome).map(([name, value]) => `--${name.replaceAll('_', '-')}=${value}`);

/** The statements that a new server runs once: deploy/mysql/*.sql with this mesh's passwords. */
function users({ secrets: { mysql }, durability }: Mesh): string {
  const host = '127.0.0.1';
  const perService = services.map((service) =>
    render('service.sql', {
      host,
      service,
      password: mysql[service],
      ownerPassword: mysql[`${service}_owner`],
    }),
  );
  // Tests create and drop databases of their own.
  const root = durability === 'relaxed' ? rootWithoutPassword(host) : '';
  return [render('users.sql', { host, ...mysql }), ...perService, root].join('\n');
}

const rootWithoutPassword = (host: string): string =>
  `CREATE USER 'root'@'${host}';\nGRANT ALL ON *.* TO 'root'@'${host}' WITH GRANT OPTION;\n`;

function render(file: string, values: Readonly<Record<string, string | undefined>>): string {
  const text = readFileSync(join(repository, 'deploy/mysql', file), 'utf8');
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`deploy/mysql/${file} needs ${name}`);
    return value;
  });
}

/** A server that starts removes the temporary tables that it finds, so no two share a place. */
const temporaryFolder = ({ home }: Mesh, name: MysqlName): string => join(home.root, 'tmp', name);

const configFile = ({ home }: Mesh, name: MysqlName): string => join(home.config, `${name}.cnf`);

const dataFolder = ({ home }: Mesh, name: MysqlName): string => join(home.data, name);
