import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMysqlServer, type MysqlServer } from './mysql-server.ts';
import { freePort } from './ports.ts';
import { until } from './process.ts';

export type TestServers = {
  readonly folder: string;
  readonly servers: readonly MysqlServer[];
  readonly destroy: () => Promise<void>;
};

export type PairOptions = {
  /** Servers beside the source. */
  readonly replicas?: number;
  /** How each server starts. Unless told otherwise none takes writes by itself. */
  readonly sourceOptions?: readonly string[];
  readonly replicaOptions?: readonly string[];
  readonly isSemiSync?: boolean;
  readonly isDurable?: boolean;
};

const readOnly = ['--super-read-only=ON'];

const names = ['a', 'b', 'c', 'd', 'e'] as const;

/** Servers that are not started and know nothing of each other. */
export async function createServers(
  count: number,
  options: (index: number) => readonly string[],
  isDurable = false,
): Promise<TestServers> {
  const folder = mkdtempSync(join(tmpdir(), 'mysql-test-'));
  const servers: MysqlServer[] = [];
  for (const [index, name] of names.slice(0, count).entries()) {
    const address = {
      name,
      host: '127.0.0.1',
      port: await freePort(),
      adminPort: await freePort(),
    };
    const place = { folder: join(folder, name), address, id: index + 1, isDurable };
    servers.push(createMysqlServer({ ...place, options: options(index) }));
  }
  const destroy = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.process().kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, servers, destroy };
}

/** A source and its synchronous replicas, replicating. The source takes writes. */
export async function startPair(given: PairOptions = {}): Promise<TestServers> {
  const { sourceOptions = readOnly, replicaOptions = readOnly } = given;
  const optionsOf = (index: number): readonly string[] =>
    index === 0 ? sourceOptions : replicaOptions;
  const pair = await createServers(1 + (given.replicas ?? 1), optionsOf, given.isDurable);
  await Promise.all(pair.servers.map((server) => server.start()));
  const [source, ...replicas] = pair.servers;
  if (!source) throw new Error('A pair has a source');
  for (const replica of replicas) await follow(replica, source.address);
  await openSource(source, given.isSemiSync ?? true);
  return pair;
}

export async function openSource(source: MysqlServer, isSemiSync: boolean): Promise<void> {
  await source.sql(
    `SET GLOBAL rpl_semi_sync_source_enabled = ${isSemiSync ? 'ON' : 'OFF'};
     SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF;
     CREATE TABLE IF NOT EXISTS test.begun (id INT PRIMARY KEY)`,
  );
}

export async function follow(
  replica: MysqlServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  await replica.sql(
    `STOP REPLICA;
     CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}', SOURCE_PORT = ${port},
       SOURCE_USER = 'repl', SOURCE_PASSWORD = 'repl', GET_SOURCE_PUBLIC_KEY = 1,
       SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400,
       SOURCE_HEARTBEAT_PERIOD = 0.25;
     START REPLICA`,
  );
  await until(`${replica.address.name} follows ${host}:${port}`, async () => {
    const [row] = await replica.sql(
      'SELECT service_state state FROM performance_schema.replication_connection_status',
    );
    return row?.['state'] === 'ON';
  });
}
