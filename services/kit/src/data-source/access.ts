import {
  isGroup,
  isRecordFresh,
  writerOf,
  waitForChange,
  type Cluster,
  type NodePools,
} from './cluster.ts';
import type { SessionOptions } from './connection.ts';
import { HaError } from './errors.ts';
import type { Node } from './node.ts';
import { defaultAccess, groupAccess, type AccessOptions } from './options.ts';
import { closePool, createPool, warm, type Pool } from './pool.ts';
import { now } from './time.ts';

/** How one data source reaches the servers of a cluster: its credentials, its pools, its bounds. */
export type Access = {
  readonly cluster: Cluster;
  readonly options: AccessOptions;
  readonly pools: ReadonlyMap<Node, NodePools>;
  writersWaiting: number;
};

/** One answer suffices for all: transactions see what was committed, and time is UTC. */
const prepareReads = `SET SESSION transaction_isolation = 'READ-COMMITTED', time_zone = '+00:00'`;

/**
 * Without autocommit the first statement begins the transaction, which saves a round trip; the
 * tracker makes each COMMIT tell its GTID.
 */
const prepareWrites = `${prepareReads}, session_track_gtids = 'OWN_GTID', autocommit = 0`;

export function openAccess(
  cluster: Cluster,
  session: SessionOptions,
  options: Partial<AccessOptions> = {},
): Access {
  const settings = { ...defaultAccess, ...(isGroup(cluster) && groupAccess), ...options };
  const secured = { ...(cluster.options.ssl && { ssl: cluster.options.ssl }), ...session };
  const pools = new Map(
    cluster.nodes.map((node) => [node, createPools(node, secured, settings)] as const),
  );
  cluster.pools.add(pools);
  for (const [node, own] of pools) {
    if (node.state === 'down') continue;
    void warm(own.reads);
    void warm(own.writes);
  }
  return { cluster, options: settings, pools, writersWaiting: 0 };
}

function createPools(node: Node, session: SessionOptions, options: AccessOptions): NodePools {
  const { host, port } = node.address;
  const common = {
    name: node.name,
    address: { host, port },
    session,
    connectTimeoutMs: options.connectTimeoutMs,
  };
  const ofSize = (max: number, prepare: string, count: number): Pool =>
    createPool({ ...common, max, prepare, warm: Math.min(max, count) });
  return {
    reads: ofSize(options.readPoolMax, prepareReads, options.warmConnections),
    writes: ofSize(options.writePoolMax, prepareWrites, options.warmConnections),
    control: ofSize(1, 'DO 0', 0),
  };
}

export function closeAccess(access: Access): void {
  access.cluster.pools.delete(access.pools);
  for (const own of access.pools.values()) [own.reads, own.writes, own.control].forEach(closePool);
}

export function poolsOf(access: Access, node: Node): NodePools {
  const own = access.pools.get(node);
  if (!own) throw new Error(`No pools for ${node.name}`);
  return own;
}

/** Gives the writer, waiting for one until `deadline`. The queue of those who wait is bounded. */
export async function waitForWriter(access: Access, deadline: number): Promise<Node> {
  const { cluster, options } = access;
  const writer = writerOf(cluster);
  if (writer) return writer;
  if (access.writersWaiting >= options.writersWaitingMax) throw noWriter(access, 'too many wait');

  access.writersWaiting += 1;
  cluster.counters.writerWaits += 1;
  try {
    for (;;) {
      await waitForChange(cluster, Math.min(100, deadline - now()));
      const found = writerOf(cluster);
      if (found) return found;
      if (cluster.isClosed) throw new HaError('HA_CLOSED', 'the cluster is closed');
      if (now() >= deadline) throw noWriter(access, 'waited in vain');
    }
  } finally {
    access.writersWaiting -= 1;
  }
}

const noWriter = (access: Access, why: string): HaError =>
  new HaError('HA_NO_WRITER', `No server takes writes (${why}): ${describe(access.cluster)}`, {
    retryAfterMs: 2000,
  });

/** One clause a server, for messages to operators. */
export const describe = (cluster: Cluster): string =>
  [...describeRecord(cluster), ...cluster.nodes.map(describeNode)].join('; ');

function describeRecord(cluster: Cluster): readonly string[] {
  const { record, recordProblem, options } = cluster;
  if (recordProblem) return [recordProblem];
  if (!options.isCoordinated) return [];
  if (!record) return ['the term record was not read yet'];
  const { writer, phase } = record;
  return isRecordFresh(cluster)
    ? [`the term record says ${writer} ${phase === 'serving' ? 'is' : 'is being made'} the writer`]
    : [`the term record (${writer}) is out of reach, so the writer needs an attached standby`];
}

function describeNode({ name, state, reason, isWritable, standing }: Node): string {
  if (state !== 'up') return `${name} ${state}: ${reason}`;
  return `${name} up, ${isWritable ? 'writable' : 'read-only'}, ${standing}`;
}
