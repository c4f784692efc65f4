import type { Mesh } from './mesh.ts';
import { installationSettings } from './mysql-server.ts';
import { natsUrl } from './nats-server.ts';
import type { Toolchain } from './toolchain.ts';

/** Where tests find their servers. */
export const testVariables = (mesh: Mesh): Readonly<Record<string, string>> => ({
  TEST_MYSQL: `a=127.0.0.1:${mesh.ports['mysql-a']},b=127.0.0.1:${mesh.ports['mysql-b']}`,
  TEST_NATS_URL: natsUrl(mesh),
});

/** How tests start servers of their own, as JSON arrays of a command's words. */
export function testPrograms({
  mysqld,
  nats,
  mysqlHome,
}: Toolchain): Readonly<Record<string, string>> {
  const settings = Object.entries(installationSettings(mysqlHome)).map(
    ([name, value]) => `--${name}=${value}`,
  );
  return {
    TEST_MYSQLD: JSON.stringify([mysqld.file, ...mysqld.prefix, '--no-defaults', ...settings]),
    TEST_NATS_SERVER: JSON.stringify([nats.file, ...nats.prefix]),
  };
}

/** The same as lines for a shell. */
export const testEnvironment = (mesh: Mesh): string =>
  Object.entries(testVariables(mesh))
    .map(([name, value]) => `export ${name}=${value}`)
    .join('\n');
