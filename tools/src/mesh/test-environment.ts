import type { Mesh } from './mesh.ts';
import { natsUrl } from './nats-server.ts';

/** Where tests find their servers. */
export const testVariables = (mesh: Mesh): Readonly<Record<string, string>> => ({
  TEST_MYSQL: `a=127.0.0.1:${mesh.ports['mysql-a']},b=127.0.0.1:${mesh.ports['mysql-b']}`,
  TEST_NATS_URL: natsUrl(mesh),
});

/** The same as lines for a shell. */
export const testEnvironment = (mesh: Mesh): string =>
  Object.entries(testVariables(mesh))
    .map(([name, value]) => `export ${name}=${value}`)
    .join('\n');
