import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@crm/kit/data-source/testing/ports';
import { startProcess, until } from '@crm/kit/data-source/testing/process';
import { routerProgram } from '@crm/kit/data-source/testing/programs';
import { createConnection } from 'mysql2/promise';
import { unpackedRouter } from '../../mesh/debian.ts';
import type { Lab } from '../../faults/lab.ts';

export type Router = {
  readonly writer: { readonly host: string; readonly port: number };
  readonly reader: { readonly host: string; readonly port: number };
  readonly stop: () => Promise<void>;
};

/** Where the router is, for the process that starts it: the user's own, else Debian's package. */
export async function routerVariables(): Promise<Readonly<Record<string, string>>> {
  if (process.env['TEST_MYSQL_ROUTER']) return {};
  const { router, plugins } = await unpackedRouter();
  return {
    TEST_MYSQL_ROUTER: JSON.stringify([router.file, ...router.prefix]),
    TEST_MYSQL_ROUTER_PLUGINS: plugins,
  };
}

/**
 * MySQL Router before a plain pair. Without a metadata cluster it knows no roles: the first server
 * that takes a connection is "the writer".
 */
export async function startRouter(lab: Lab): Promise<Router> {
  const folder = mkdtempSync(join(tmpdir(), 'router-'));
  const [writer, reader] = [await freePort(), await freePort()];
  const [a, b] = lab.nodes.map(({ host, port }) => `${host}:${port}`);
  const { command, plugins } = routerProgram();
  const file = join(folder, 'router.conf');
  writeFileSync(
    file,
    `[DEFAULT]
logging_folder=
${plugins ? `plugin_folder=${plugins}\n` : ''}runtime_folder=${folder}
data_folder=${folder}
[logger]
level=warning
[connection_pool]
max_idle_server_connections=32
[destination_status]
error_quarantine_threshold=1
error_quarantine_interval=1
${route(writer, `${a},${b}`, 'first-available')}
${route(reader, `${b},${a}`, 'round-robin')}
`,
  );
  const router = startProcess([...command, '--config', file], join(folder, 'router.log'));
  await until('MySQL Router answers', () => answers(writer));
  return {
    writer: { host: '127.0.0.1', port: writer },
    reader: { host: '127.0.0.1', port: reader },
    stop: async () => {
      await router.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const route = (port: number, servers: string, strategy: string): string =>
  `[routing:r${port}]
bind_address=127.0.0.1
bind_port=${port}
destinations=${servers}
routing_strategy=${strategy}
protocol=classic
connect_timeout=1`;

async function answers(port: number): Promise<boolean> {
  try {
    const account = { user: 'app', password: 'app', connectTimeout: 1000 };
    const connection = await createConnection({ host: '127.0.0.1', port, ...account });
    connection.destroy();
    return true;
  } catch {
    return false;
  }
}
