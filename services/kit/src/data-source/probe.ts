import { z } from 'zod';
import { isGroup, isMember, isRecordFresh, noteChange, writerOf, type Cluster } from './cluster.ts';
import { cut, openConnection, patience, rows, type Connection } from './connection.ts';
import { HaError, isLost, reasonOf } from './errors.ts';
import { containsGtids, countGtids, parseGtidSet, subtractGtids } from './gtid.ts';
import type { Node, NodeState } from './node.ts';
import { reopen, shut } from './pool.ts';
import { before, now, sleep } from './time.ts';

const answerSchema = z.object({
  uuid: z.string(),
  isReadOnly: z.coerce.number(),
  isOffline: z.coerce.number(),
  gtids: z.string(),
  clockMs: z.coerce.number(),
  attached: z.coerce.number(),
  groupView: z.string().nullable(),
});

type Answer = z.infer<typeof answerSchema>;

/** In a group the writer is the primary of a majority, whatever its variables say. */
const groupColumns = `(SELECT COALESCE(NOT (SUM(member_state = 'ONLINE') * 2 > COUNT(*) AND
    SUM(member_id = @@server_uuid AND member_state = 'ONLINE' AND member_role = 'PRIMARY')), 1)
    FROM performance_schema.replication_group_members) isReadOnly,
  (SELECT view_id FROM performance_schema.replication_group_member_stats
    WHERE member_id = @@server_uuid) groupView`;
const pairColumns = '@@global.super_read_only isReadOnly, NULL groupView';

const countAttached = `(SELECT variable_value FROM performance_schema.global_status
  WHERE variable_name = 'Rpl_semi_sync_source_clients')`;

const probeSql = (cluster: Cluster): string =>
  `SELECT @@server_uuid uuid, @@global.offline_mode isOffline, @@global.gtid_executed gtids,
    UNIX_TIMESTAMP(NOW(3)) * 1000 clockMs,
    ${cluster.record && !isRecordFresh(cluster) ? countAttached : '0'} attached,
    ${isGroup(cluster) ? groupColumns : pairColumns}`;

/** Asks a server how it is, again and again, until the cluster is closed. */
export async function watchNode(cluster: Cluster, node: Node): Promise<void> {
  const { probeMs, suspectProbeMs } = cluster.timing;
  while (!cluster.isClosed) {
    const startedAt = now();
    node.probing = probeOnce(cluster, node);
    await node.probing;
    node.probing = null;
    const paceMs = node.state === 'up' ? probeMs : Math.min(probeMs, suspectProbeMs);
    const hurried = new Promise<void>((resolve) => {
      node.hurry = resolve;
    });
    await Promise.race([sleep(Math.max(5, paceMs - (now() - startedAt))), hurried]);
  }
  if (node.probe) cut(node.probe);
}

async function probeOnce(cluster: Cluster, node: Node): Promise<void> {
  const startedAt = now();
  try {
    takeAnswer(cluster, node, { ...(await ask(cluster, node)), startedAt });
  } catch (error) {
    if (node.probe) cut(node.probe);
    node.probe = null;
    takeSilence(cluster, node, error);
  }
}

async function ask(cluster: Cluster, node: Node): Promise<Answer> {
  const { probeTimeoutMs } = cluster.timing;
  const answer = async (): Promise<Answer> => {
    const connection = await probeConnection(cluster, node);
    const [row] = await rows(connection, probeSql(cluster));
    return answerSchema.parse(row);
  };
  const tooLate = (): Error => new HaError('HA_NODE_DOWN', `silent for ${probeTimeoutMs} ms`);
  return before(now() + probeTimeoutMs, answer(), tooLate);
}

/**
 * Connecting takes several round trips, more with TLS. One that outlasts a probe goes on and serves
 * the next: otherwise a server that is merely far away would never be reached.
 */
async function probeConnection(cluster: Cluster, node: Node): Promise<Connection> {
  if (node.probe && !node.probe.isDead) return node.probe;
  node.connecting ??= connectProbe(cluster, node).finally(() => {
    node.connecting = null;
  });
  return node.connecting;
}

async function connectProbe(cluster: Cluster, node: Node): Promise<Connection> {
  const { user, password, ssl } = cluster.options;
  const { host, port, adminPort } = node.address;
  const connection = await openConnection(
    { host, port: adminPort ?? port },
    { user, password, ...(ssl && { ssl }) },
    patience * cluster.timing.probeTimeoutMs,
  );
  // A connection that breaks between two questions is a reason to ask at once.
  connection.mysql.on('error', () => node.hurry());
  connection.mysql.on('end', () => node.hurry());
  if (node.probe) cut(node.probe);
  node.probe = connection;
  if (cluster.isClosed) cut(connection);
  return connection;
}

function takeAnswer(
  cluster: Cluster,
  node: Node,
  answer: Answer & { readonly startedAt: number },
): void {
  const isWritable = answer.isReadOnly === 0 && answer.isOffline === 0;
  const hasChanged = isWritable !== node.isWritable || answer.uuid !== node.uuid;
  node.failures = 0;
  node.answerMs = now() - answer.startedAt;
  node.isWritable = isWritable;
  node.attached = answer.attached;
  node.groupView = answer.groupView;
  node.clockOffsetMs = answer.clockMs - answer.startedAt;
  node.uuid = answer.uuid;
  if (answer.gtids !== node.gtidsText) {
    node.gtidsText = answer.gtids;
    node.gtids = parseGtidSet(answer.gtids);
  }
  node.gtidsAt = answer.startedAt;
  if (hasChanged) checkMember(cluster, node);
  if (hasChanged) checkWriters(cluster);
  setState(cluster, node, { state: 'up', reason: '' });
  if (node === writerOf(cluster)) measureOthers(cluster, node);
  if (hasChanged) noteChange(cluster);
}

function checkMember(cluster: Cluster, node: Node): void {
  if (isMember(cluster, node)) return;
  const reason = `expected server ${cluster.record?.members[node.name]}, found ${node.uuid}`;
  cluster.report({ type: 'stranger', node: node.name, reason });
}

/** Without a record two servers that take writes are one too many. */
function checkWriters(cluster: Cluster): void {
  if (cluster.options.isCoordinated || isGroup(cluster)) return;
  const able = cluster.nodes.filter((one) => one.isWritable);
  if (able.length < 2) return;
  cluster.report({ type: 'split-brain', nodes: able.map(({ name }) => name) });
}

/** How long a replica may be ahead: the commit that it holds may still wait for its acknowledgement. */
const strayMs = 2000;
const historyMax = 400;

function measureOthers(cluster: Cluster, writer: Node): void {
  cluster.hasSeenWriter = true;
  writer.standing = 'member';
  writer.strayedAt = null;
  cluster.history.push({ at: writer.gtidsAt, gtids: writer.gtids });
  if (cluster.history.length > historyMax) cluster.history.splice(0, historyMax / 4);
  for (const node of cluster.nodes) {
    // Only a later look at the writer says anything about an earlier look at the node.
    if (node !== writer && node.state === 'up' && node.gtidsAt <= writer.gtidsAt) {
      measure(cluster, node, writer);
    }
  }
}

function measure(cluster: Cluster, node: Node, writer: Node): void {
  if (isStranger(node, writer)) {
    if (node.standing === 'stranger') return;
    node.standing = 'stranger';
    const reason = `shares no transaction with the writer ${writer.name}`;
    cluster.report({ type: 'stranger', node: node.name, reason });
  } else if (containsGtids(writer.gtids, node.gtids)) {
    node.strayedAt = null;
    node.standing = 'member';
  } else {
    node.strayedAt ??= now();
    if (node.standing === 'errant' || now() - node.strayedAt < strayMs) return;
    node.standing = 'errant';
    const count = countGtids(subtractGtids(node.gtids, writer.gtids));
    cluster.report({ type: 'errant', node: node.name, count });
  }
}

function isStranger(node: Node, writer: Node): boolean {
  if (node.gtids.size === 0 || writer.gtids.size === 0) return false;
  return ![...node.gtids.keys()].some((origin) => writer.gtids.has(origin));
}

function takeSilence(cluster: Cluster, node: Node, error: unknown): void {
  if (cluster.isClosed) return;
  node.failures += 1;
  const reason = reasonOf(error);
  // A refusal is an answer: the host is there and nobody listens. So is a wrong password.
  const isCertain = reason === 'ECONNREFUSED' || !isLost(error);
  const isDown = isCertain || node.failures >= cluster.timing.downAfter || node.state === 'down';
  const message = error instanceof Error && !isLost(error) ? error.message : reason;
  setState(cluster, node, { state: isDown ? 'down' : 'suspect', reason: message });
}

type Verdict = { readonly state: NodeState; readonly reason: string };

function setState(cluster: Cluster, node: Node, { state, reason }: Verdict): void {
  node.reason = reason;
  if (node.state === state) return;
  cluster.report({ type: 'node', node: node.name, from: node.state, to: state, reason });
  node.state = state;
  if (state !== 'up') for (const run of node.onDoubt) run();
  if (state === 'down') {
    // Only a server that took writes can come back with transactions that nobody else has.
    if (node.isWritable) node.standing = 'unverified';
    node.isWritable = false;
    const error = new HaError('HA_NODE_DOWN', `${node.name} is down: ${reason}`);
    forPools(cluster, node, (pool) => shut(pool, error));
  }
  if (state === 'up') forPools(cluster, node, reopen);
  noteChange(cluster);
}

function forPools(
  cluster: Cluster,
  node: Node,
  act: (pool: Parameters<typeof reopen>[0]) => void,
): void {
  for (const pools of cluster.pools) {
    const own = pools.get(node);
    if (own) [own.reads, own.writes, own.control].forEach(act);
  }
}

/**
 * Whether the server answers at all right now. One question is in flight, shared by all who ask.
 * `false` says nothing about why.
 */
export async function answers(node: Node, ms: number): Promise<boolean> {
  if (node.state !== 'up') return false;
  const silence = sleep(ms).then(() => false);
  if (node.probing) return Promise.race([node.probing.then(() => node.state === 'up'), silence]);
  const { probe } = node;
  if (!probe || probe.isDead) return false;
  node.asking ??= new Promise<boolean>((resolve) => {
    probe.mysql.ping((error) => resolve(!error));
  }).finally(() => {
    node.asking = null;
  });
  return Promise.race([node.asking, silence]);
}
