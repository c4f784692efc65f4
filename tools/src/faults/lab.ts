import {
  follow,
  startPair,
  type PairOptions,
  type TestServers,
} from '@crm/kit/data-source/testing/mysql-pair';
import type { MysqlServer } from '@crm/kit/data-source/testing/mysql-server';
import type { KeptNode } from '@crm/kit/data-source/keeper/options';
import type { NodeAddress } from '@crm/kit/data-source/options';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import type { Truth } from './ledger.ts';

/** The links to one server, each of which can be cut alone. */
export type Links = {
  readonly clients: FaultProxy;
  readonly replication: FaultProxy;
  readonly keepers: FaultProxy;
};

/** A pair of servers, and the links to them when they are wanted. */
export type Lab = {
  readonly a: MysqlServer;
  readonly b: MysqlServer;
  readonly links: ReadonlyMap<MysqlServer, Links>;
  /** Where clients find the servers. */
  readonly nodes: readonly NodeAddress[];
  /** Where keepers do, and replicas their source. */
  readonly keptNodes: readonly KeptNode[];
  /** What a server holds of the load's writes. */
  readonly truth: (server: MysqlServer) => Promise<Truth>;
  readonly destroy: () => Promise<void>;
};

export type LabOptions = PairOptions & { readonly hasLinks?: boolean; readonly rows?: number };

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const pair = await startPair(options);
  const [a, b] = pair.servers;
  if (!a || !b) throw new Error('A lab needs two servers');
  const links = new Map<MysqlServer, Links>();
  if (options.hasLinks) {
    for (const server of pair.servers) links.set(server, await startLinks(server));
    await follow(b, { host: '127.0.0.1', port: portOf(links, a, 'replication') });
  }
  await a.sql(tables(options.rows ?? 100));
  return {
    a,
    b,
    links,
    nodes: pair.servers.map((server) => clientAddress(links, server)),
    keptNodes: pair.servers.map((server) => keptAddress(links, server)),
    truth: readTruth,
    destroy: () => destroy(pair, links),
  };
}

async function destroy(pair: TestServers, links: Lab['links']): Promise<void> {
  for (const { clients, replication, keepers } of links.values()) {
    await Promise.all([clients.close(), replication.close(), keepers.close()]);
  }
  await pair.destroy();
}

async function startLinks({ address }: MysqlServer): Promise<Links> {
  const { host, port, adminPort } = address;
  const [clients, replication, keepers] = await Promise.all([
    startFaultProxy({ host, port }),
    startFaultProxy({ host, port }),
    startFaultProxy({ host, port: adminPort }),
  ]);
  return { clients, replication, keepers };
}

function portOf(links: Lab['links'], server: MysqlServer, kind: keyof Links): number {
  const { port, adminPort } = server.address;
  return links.get(server)?.[kind].port ?? (kind === 'keepers' ? adminPort : port);
}

const clientAddress = (links: Lab['links'], server: MysqlServer): NodeAddress => ({
  name: server.address.name,
  host: '127.0.0.1',
  port: portOf(links, server, 'clients'),
});

const keptAddress = (links: Lab['links'], server: MysqlServer): KeptNode => ({
  name: server.address.name,
  host: '127.0.0.1',
  port: portOf(links, server, 'replication'),
  adminPort: portOf(links, server, 'keepers'),
});

const tables = (rows: number): string => `
  CREATE TABLE test.counter (id INT PRIMARY KEY, n BIGINT NOT NULL);
  CREATE TABLE test.journal (
    seq BIGINT AUTO_INCREMENT PRIMARY KEY, operation BIGINT NOT NULL, counter INT NOT NULL,
    KEY (operation));
  CREATE TABLE test.haCommit (id BINARY(16) NOT NULL PRIMARY KEY);
  INSERT INTO test.counter WITH RECURSIVE s(n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${rows}) SELECT n, 0 FROM s`;

async function readTruth(server: MysqlServer): Promise<Truth> {
  const applied = await server.sql(
    'SELECT operation, COUNT(*) times FROM test.journal GROUP BY operation',
  );
  const [sum] = await server.sql('SELECT COALESCE(SUM(n), 0) n FROM test.counter');
  return {
    applied: new Map(applied.map((row) => [Number(row['operation']), Number(row['times'])])),
    counted: Number(sum?.['n']),
  };
}
