import { failoverDriver } from '@crm/kit/data-source/driver';
import type { ClusterEvent } from '@crm/kit/data-source/events';
import { followTerm } from '@crm/kit/data-source/follow';
import { requestKeeper } from '@crm/kit/data-source/keeper/client';
import type { KeeperRequest } from '@crm/kit/data-source/keeper/requests';
import type { KeeperEvent } from '@crm/kit/data-source/keeper/events';
import { startKeeper, stopKeeper } from '@crm/kit/data-source/keeper/keeper';
import { openNatsStore } from '@crm/kit/data-source/keeper/nats-store';
import type { KeeperOptions } from '@crm/kit/data-source/keeper/options';
import type { Keeper } from '@crm/kit/data-source/keeper/state';
import type { Cluster } from '@crm/kit/data-source/cluster';
import { closeCluster, openCluster } from '@crm/kit/data-source/open-cluster';
import type { AccessOptions, ClusterOptions } from '@crm/kit/data-source/options';
import { withRetry } from '@crm/kit/data-source/retry';
import { startNats, type TestNats } from '@crm/kit/data-source/testing/nats';
import { DataSource } from 'typeorm';
import type { Lab } from '../lab.ts';
import type { Client } from '../load.ts';
import { clientOf, tables, writeRow } from './tables.ts';

/** This repository's data source, its keepers, and the store of the record. */
export type OurClient = Client & {
  readonly cluster: Cluster;
  readonly db: DataSource;
  readonly keepers: readonly Keeper[];
  readonly nats: TestNats;
  readonly events: readonly (ClusterEvent | KeeperEvent)[];
  readonly request: (request: KeeperRequest) => Promise<void>;
};

export type OurOptions = {
  readonly keepers?: number;
  readonly natsServers?: 1 | 3;
  readonly keeper?: Partial<KeeperOptions>;
  readonly cluster?: Partial<ClusterOptions>;
  readonly access?: Partial<AccessOptions>;
  readonly hasRetry?: boolean;
};

export async function openOurs(lab: Lab, options: OurOptions = {}): Promise<OurClient> {
  const nats = await startNats(options.natsServers ?? 1);
  const events: (ClusterEvent | KeeperEvent)[] = [];
  const keepers: Keeper[] = [];
  for (let index = 1; index <= (options.keepers ?? 2); index += 1) {
    keepers.push(await addKeeper(lab, { nats, events, options, id: `k${index}` }));
  }
  const address = { servers: nats.urls, cluster: 'lab' };
  const account = { user: 'keeper', password: 'keeper' };
  const given = { nodes: lab.nodes, ...account, isCoordinated: true, ...options.cluster };
  const cluster = openCluster(given, (event) => events.push(event));
  void followTerm(cluster, address);
  const db = await openDataSource(cluster, options.access);
  await untilKept(events);
  const write = (operation: number, row: number): Promise<void> => writeRow(db, operation, row);
  return {
    ...clientOf(db),
    cluster,
    db,
    keepers,
    nats,
    events,
    request: async (request) => {
      await requestKeeper(address, request);
    },
    write: options.hasRetry === false ? write : (op, row) => withRetry(() => write(op, row)),
    close: async () => {
      await db.destroy();
      closeCluster(cluster);
      await Promise.all(keepers.map(stopKeeper));
      await nats.destroy();
    },
  };
}

export async function openDataSource(
  cluster: Cluster,
  access: Partial<AccessOptions> = {},
): Promise<DataSource> {
  const credentials = { username: 'app', password: 'app', database: 'test' };
  return new DataSource({
    type: 'mysql',
    driver: failoverDriver(cluster, access),
    replication: { master: credentials, slaves: [credentials] },
    database: 'test',
    entities: tables,
    logging: false,
  }).initialize();
}

type Adding = {
  readonly nats: TestNats;
  readonly events: (ClusterEvent | KeeperEvent)[];
  readonly options: OurOptions;
  readonly id: string;
};

export async function addKeeper(lab: Lab, { nats, events, options, id }: Adding): Promise<Keeper> {
  const { natsServers = 1 } = options;
  const store = await openNatsStore({ servers: nats.urls, cluster: 'lab', replicas: natsServers });
  const given: KeeperOptions = {
    id,
    cluster: 'lab',
    nodes: lab.keptNodes,
    user: 'keeper',
    password: 'keeper',
    replication: { user: 'repl', password: 'repl' },
    promotion: natsServers === 1 ? 'unsafe-single' : 'quorum',
    timing: { failoverGapMs: 5000 },
    ...options.keeper,
  };
  return startKeeper(given, store, (event) => {
    events.push(event);
    if (event.type === 'cloned') restart(lab, event.node);
  });
}

/** What systemd does in production. */
function restart(lab: Lab, name: string | undefined): void {
  const server = [lab.a, lab.b].find(({ address }) => address.name === name);
  if (server)
    void server
      .process()
      .exited()
      .then(() => server.start());
}

async function untilKept(events: OurClient['events']): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!events.some((event) => event.type === 'standby')) {
    if (performance.now() > deadline) throw new Error('No standby became synchronous');
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
