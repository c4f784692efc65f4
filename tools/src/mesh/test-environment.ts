import type { Mesh } from './mesh.ts';
import { mysqldOptions } from './mysql-server.ts';
import { natsUrl } from './nats-server.ts';
import type { Program, Toolchain } from './toolchain.ts';

/** Where tests find their servers, and the programs for those that start servers of their own. */
export const testVariables = (
  mesh: Mesh,
  toolchain: Toolchain,
): Readonly<Record<string, string>> => ({
  TEST_MYSQL: `a=127.0.0.1:${mesh.ports['mysql-a']},b=127.0.0.1:${mesh.ports['mysql-b']}`,
  TEST_NATS_URL: natsUrl(mesh),
  ...programVariables(toolchain),
});

/** The programs alone, for what starts every server by itself. */
export const programVariables = ({
  mysqld,
  nats,
  mysqlHome,
}: Toolchain): Readonly<Record<string, string>> => ({
  TEST_MYSQLD: commandOf(mysqld, ['--no-defaults', ...mysqldOptions(mysqlHome)]),
  TEST_NATS_SERVER: commandOf(nats, []),
});

/** The same as lines for a shell. */
export const testEnvironment = (mesh: Mesh, toolchain: Toolchain): string =>
  Object.entries(testVariables(mesh, toolchain))
    .map(([name, value]) => `export ${name}='${value}'`)
    .join('\n');

const commandOf = ({ file, prefix }: Program, options: readonly string[]): string =>
  JSON.stringify([file, ...prefix, ...options]);
