import { HaError } from './errors.ts';
import { newCounters, type ClusterEvent, type Counters } from './events.ts';
import { containsGtids, type GtidSet } from './gtid.ts';
import { createNode, type Node } from './node.ts';
import { defaultTiming, type ClusterOptions, type ClusterTiming } from './options.ts';
import { dropAll, type Pool } from './pool.ts';
import type { StoredRecord } from './record.ts';
import { now } from './time.ts';

/** The connections that one user of the cluster holds to one server. */
export type NodePools = {
  readonly reads: Pool;
  readonly writes: Pool;
  /** For KILL QUERY: it must not queue behind what it is to end. */
  readonly control: Pool;
};

/** What this process knows about a group of servers. One serves any number of data sources. */
export type Cluster = {
  readonly options: ClusterOptions;
  readonly timing: ClusterTiming;
  readonly nodes: readonly Node[];
  readonly counters: Counters;
  readonly report: (event: ClusterEvent) => void;
  /** What the writer had executed at known times, oldest first: the measure of every replica. */
  readonly history: WriterState[];
  readonly pools: Set<ReadonlyMap<Node, NodePools>>;
  /** Called whenever something about the cluster has changed. */
  readonly waiting: Set<() => void>;
  record: StoredRecord | null;
  /** When the record was last read, whether or not it had changed. */
  recordReadAt: number;
  /** Why the newest record could not be read. */
  recordProblem: string | null;
  hasSeenWriter: boolean;
  isClosed: boolean;
};

export type WriterState = { readonly at: number; readonly gtids: GtidSet };

export function createCluster(
  options: ClusterOptions,
  report: (event: ClusterEvent) => void,
): Cluster {
  const names = new Set(options.nodes.map((node) => node.name));
  if (names.size === 0 || names.size !== options.nodes.length) {
    throw new HaError('HA_MISCONFIGURED', 'a cluster needs servers, each with a name of its own');
  }
  if (isGroup({ options }) && options.isCoordinated) {
    throw new HaError('HA_MISCONFIGURED', 'a group elects its own writer: leave isCoordinated out');
  }
  return {
    options,
    timing: { ...defaultTiming, ...options.timing },
    nodes: options.nodes.map(createNode),
    counters: newCounters(),
    report,
    history: [],
    pools: new Set(),
    waiting: new Set(),
    record: null,
    recordReadAt: -Infinity,
    recordProblem: null,
    hasSeenWriter: false,
    isClosed: false,
  };
}

export const isGroup = ({ options }: Pick<Cluster, 'options'>): boolean =>
  options.engine === 'group-replication';

/** The server that takes writes now, or null while there is none. */
export function writerOf(cluster: Cluster): Node | null {
  const { record } = cluster;
  const able = cluster.nodes.filter((node) => node.state === 'up' && node.isWritable);
  if (isGroup(cluster)) return primaryOf(able);
  if (record) return recordedWriter(cluster, record, able);
  if (cluster.options.isCoordinated) return null;
  return able.length === 1 ? (able[0] ?? null) : null;
}

function recordedWriter(
  cluster: Cluster,
  { phase, writer }: StoredRecord,
  able: readonly Node[],
): Node | null {
  const found = able.find(({ name }) => name === writer);
  if (phase !== 'serving' || !found || !isMember(cluster, found)) return null;
  // Nobody can take the place of the only one.
  const holds = isRecordFresh(cluster) || found.attached > 0 || cluster.nodes.length === 1;
  return holds ? found : null;
}

export const isRecordFresh = ({ recordReadAt, timing }: Cluster): boolean =>
  now() - recordReadAt <= timing.recordStaleMs;

/**
 * A member that was stopped for a while believes itself the primary of a group that went on without
 * it. The group counts its memberships, so the newer belief is right.
 */
function primaryOf(able: readonly Node[]): Node | null {
  const [first, ...rest] = able.toSorted((a, b) => membershipOf(b).count - membershipOf(a).count);
  if (!first) return null;
  const { group, count } = membershipOf(first);
  const isClear = rest.every((node) => {
    const other = membershipOf(node);
    return other.group === group && other.count < count;
  });
  return isClear ? first : null;
}

/** `17321:4` is the fourth membership of the group that was begun as 17321. */
function membershipOf({ groupView }: Node): { readonly group: string; readonly count: number } {
  const [group = '', count = '0'] = groupView?.split(':') ?? [];
  return { group, count: Number(count) };
}

/** Whether the server behind the address is the one that the keeper knows by this name. */
export function isMember(cluster: Cluster, node: Node): boolean {
  const expected = cluster.record?.members[node.name];
  return expected === undefined || node.uuid === null || node.uuid === expected;
}

/** Whether rows read from this server are rows of this cluster. */
export const isReadable = (cluster: Cluster, node: Node): boolean =>
  (node.state === 'up' || node.state === 'unknown') &&
  isMember(cluster, node) &&
  (node.standing === 'member' || (node.standing === 'unverified' && !cluster.hasSeenWriter));

/** How old this server's rows are at most, in milliseconds, by what the writer held at known times. */
export function stalenessOf(cluster: Cluster, node: Node): number {
  if (node === writerOf(cluster)) return 0;
  for (let index = cluster.history.length - 1; index >= 0; index -= 1) {
    const state = cluster.history[index];
    if (state && containsGtids(node.gtids, state.gtids)) return now() - state.at;
  }
  return Infinity;
}

export function noteChange(cluster: Cluster): void {
  for (const wake of cluster.waiting) wake();
}

/** Waits until something changes, `ms` at most. */
export async function waitForChange(cluster: Cluster, ms: number): Promise<void> {
  if (ms <= 0) return;
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      cluster.waiting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    cluster.waiting.add(wake);
  });
}

/**
 * Takes over a record. What is in flight on a former writer is cut, so that nothing it still says
 * is taken for a promise.
 */
export function followRecord(cluster: Cluster, record: StoredRecord): void {
  cluster.recordReadAt = now();
  const known = cluster.record;
  if (known && !isNewer(record, known)) return;
  cluster.record = record;
  if (known && known.writer !== record.writer) cutFormerWriter(cluster, known.writer);
  reportRole(cluster, known);
  for (const node of cluster.nodes) node.hurry();
  noteChange(cluster);
}

function reportRole({ record, report }: Cluster, known: StoredRecord | null): void {
  if (!record || (record.term === known?.term && record.phase === known.phase)) return;
  const { term, writer, phase, was } = record;
  report({ type: 'role', term, writer, phase, was });
}

/** Revisions count within one lineage; a store that was made anew begins another. */
const isNewer = (record: StoredRecord, known: StoredRecord): boolean =>
  record.lineage !== known.lineage || record.revision > known.revision;

function cutFormerWriter(cluster: Cluster, name: string): void {
  const former = cluster.nodes.find((node) => node.name === name);
  if (!former) return;
  // It may hold commits that nobody acknowledged. It is read again once the writer holds them all.
  former.standing = 'unverified';
  const reason = new HaError('HA_NODE_DOWN', `${name} is not the writer any more`);
  for (const pools of cluster.pools) {
    const own = pools.get(former);
    if (own) dropAll(own.writes, reason);
  }
}
