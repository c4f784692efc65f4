import type { Cluster } from '../cluster.ts';
import { followTerm } from '../follow.ts';
import type { KeeperEvent, KeeperEventType } from '../keeper/events.ts';
import { startKeeper, stopKeeper } from '../keeper/keeper.ts';
import { openNatsStore } from '../keeper/nats-store.ts';
import type { KeeperOptions, KeptNode } from '../keeper/options.ts';
import type { Keeper } from '../keeper/state.ts';
import { closeCluster, openCluster } from '../open-cluster.ts';
import type { ClusterOptions } from '../options.ts';
import type { StoredRecord } from '../record.ts';
import { startPair, type PairOptions, type TestServers } from './mysql-pair.ts';
import { startNats, type TestNats } from './nats.ts';
import { until } from './process.ts';

/** Servers, their keepers, and a process that follows them. */
export type KeptPair = TestServers & {
  readonly nats: TestNats;
  readonly keepers: readonly Keeper[];
  readonly cluster: Cluster;
  readonly events: readonly KeeperEvent[];
  readonly record: () => Promise<StoredRecord>;
  /** Waits for an event that came after the last one waited for. */
  readonly happens: (type: KeeperEventType, node?: string, ms?: number) => Promise<KeeperEvent>;
  readonly addKeeper: (id: string, options?: Partial<KeeperOptions>) => Promise<Keeper>;
};

export type KeptPairOptions = {
  readonly pair?: PairOptions;
  readonly keepers?: number;
  readonly keeper?: Partial<KeeperOptions>;
  readonly cluster?: Partial<ClusterOptions>;
  readonly natsServers?: 1 | 3;
  /** Where keepers and processes find a server, and standbys their source. */
  readonly via?: (address: KeptNode) => Promise<KeptNode>;
};

export async function startKeptPair(options: KeptPairOptions = {}): Promise<KeptPair> {
  const [servers, nats] = await Promise.all([
    startPair(options.pair),
    startNats(options.natsServers ?? 1),
  ]);
  return keep(servers, nats, options);
}

const direct = async (address: KeptNode): Promise<KeptNode> => address;

/** Starts keepers over servers that run already. */
export async function keep(
  servers: TestServers,
  nats: TestNats,
  options: KeptPairOptions,
): Promise<KeptPair> {
  const { via = direct } = options;
  const nodes = await Promise.all(servers.servers.map(({ address }) => via(address)));
  const events: KeeperEvent[] = [];
  const keepers: Keeper[] = [];
  const address = { servers: nats.urls, cluster: 'test' };
  const addKeeper = async (id: string, more: Partial<KeeperOptions> = {}): Promise<Keeper> => {
    const store = await openNatsStore({ ...address, replicas: options.natsServers ?? 1 });
    const given = { ...keeperDefaults, id, cluster: 'test', nodes, ...options.keeper, ...more };
    const keeper = startKeeper(given, store, (event) => {
      events.push(event);
      restartCloned(servers, event);
    });
    keepers.push(keeper);
    return keeper;
  };
  for (let index = 1; index <= (options.keepers ?? 1); index += 1) await addKeeper(`k${index}`);

  const account = { user: 'keeper', password: 'keeper' };
  const cluster = openCluster({ nodes, ...account, isCoordinated: true, ...options.cluster });
  void followTerm(cluster, address);
  const happens = eventWaiter(events);
  const standby = servers.servers.length > 1;
  const isListed = (): boolean => events.some((event) => event.type === 'standby');
  if (standby) await until('a standby is listed', isListed, 60_000);
  return {
    ...servers,
    nats,
    keepers,
    cluster,
    events,
    happens,
    addKeeper,
    record: async () => {
      const record = await keepers.at(-1)?.store.readRecord();
      if (!record) throw new Error('No record');
      return record;
    },
    destroy: async () => {
      closeCluster(cluster);
      await Promise.all(keepers.map(stopKeeper));
      await servers.destroy();
      await nats.destroy();
    },
  };
}

export const keeperDefaults = {
  user: 'keeper',
  password: 'keeper',
  replication: { user: 'repl', password: 'repl' },
  promotion: 'unsafe-single',
  timing: { failoverGapMs: 5000 },
} as const;

/** What systemd does in production: a server that ended itself after a clone is started again. */
function restartCloned({ servers }: TestServers, event: KeeperEvent): void {
  const server = servers.find(({ address }) => address.name === event.node);
  if (event.type === 'cloned' && server)
    void server
      .process()
      .exited()
      .then(() => server.start());
}

function eventWaiter(events: readonly KeeperEvent[]): KeptPair['happens'] {
  let seen = 0;
  return async (type, node, ms = 30_000) => {
    const isIt = (event: KeeperEvent, index: number): boolean =>
      index >= seen && event.type === type && (node === undefined || event.node === node);
    await until(`${type} ${node ?? ''}`, () => events.some(isIt), ms);
    const index = events.findIndex(isIt);
    seen = index + 1;
    const event = events[index];
    if (!event) throw new Error('unreachable');
    return event;
  };
}
