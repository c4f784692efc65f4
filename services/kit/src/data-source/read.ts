import { describe, poolsOf, type Access } from './access.ts';
import { isUnwanted, untilUnwanted } from './cancel.ts';
import { isReadable, stalenessOf, waitForChange, writerOf } from './cluster.ts';
import { run, type Answer, type Connection, type Parameters } from './connection.ts';
import { HaError, isElsewhereBetter, isLost, isOutOfTime } from './errors.ts';
import { hedge } from './hedge.ts';
import type { Node } from './node.ts';
import type { ReadPreference } from './options.ts';
import { acquire, drop, release } from './pool.ts';
import { currentScope, type Scope } from './scope.ts';
import { now } from './time.ts';
import { reachToken } from './token.ts';
import { withTimeLimit } from './time-limit.ts';

export type Query = {
  readonly sql: string;
  readonly parameters?: Parameters;
  /** For a statement that came without a wish of its own. */
  readonly preference: ReadPreference;
};

/** Answers a query from whichever server can, and tries others when that one cannot. */
export async function read(access: Access, query: Query): Promise<Answer> {
  const scope = currentScope();
  const deadline = Math.min(now() + access.options.readDeadlineMs, scope?.deadline ?? Infinity);
  const asking: Asking = { query, scope, deadline };
  const tried = new Set<Node>();
  let cause: unknown;
  for (;;) {
    const nodes = readersFor(access, query, scope).filter((node) => !tried.has(node));
    const result = await tryNodes(access, nodes, asking);
    if ('answer' in result) return result.answer;
    cause = result.error ?? cause;
    if (now() >= deadline) throw tooLate(access, asking, cause);
    if (nodes[0]) tried.add(nodes[0]);
    else tried.clear();
  }
}

type Tried = { readonly answer: Answer } | { readonly error: unknown };

async function tryNodes(access: Access, nodes: readonly Node[], asking: Asking): Promise<Tried> {
  const { cluster } = access;
  const { deadline } = asking;
  const [first] = nodes;
  if (!first) {
    await waitForChange(cluster, Math.min(50, deadline - now()));
    return { error: undefined };
  }
  try {
    return { answer: await hedge(access, { nodes, deadline, ask: (n) => ask(access, n, asking) }) };
  } catch (error) {
    if (!isElsewhereBetter(error)) throw error;
    first.hurry();
    cluster.counters.readRetries += 1;
    return { error };
  }
}

const tooLate = (access: Access, { scope }: Asking, cause: unknown): HaError =>
  scope && now() >= scope.deadline
    ? new HaError('HA_DEADLINE', 'the deadline has passed', { cause })
    : new HaError('HA_NO_READER', `No server answers: ${describe(access.cluster)}`, {
        cause,
        retryAfterMs: 1000,
      });

/** The servers that may answer, the preferred one first. */
export function readersFor(access: Access, query: Query, scope: Scope | undefined): Node[] {
  const { cluster } = access;
  const writer = writerOf(cluster);
  const preference = scope?.preference ?? query.preference;
  const maxStaleMs = scope?.maxStaleMs ?? null;
  const isFresh = (node: Node): boolean =>
    maxStaleMs === null || node === writer || stalenessOf(cluster, node) <= maxStaleMs;
  const rank = (node: Node): number => {
    if (node === writer) return preference === 'primary-first' ? 0 : 1;
    // A server that takes writes but is not the writer is the last to trust.
    if (node.isWritable) return 3;
    return preference === 'primary-first' ? 2 : 0;
  };
  const load = (node: Node): number => poolsOf(access, node).reads.busy.size;
  return cluster.nodes
    .filter((node) => isReadable(cluster, node) && isFresh(node))
    .toSorted((a, b) => rank(a) - rank(b) || load(a) - load(b));
}

type Asking = {
  readonly query: Query;
  readonly scope: Scope | undefined;
  readonly deadline: number;
};

async function ask(access: Access, node: Node, asking: Asking): Promise<Answer> {
  const { query, scope, deadline } = asking;
  const pool = poolsOf(access, node).reads;
  const connection = await acquire(pool, deadline);
  try {
    if (scope && scope.token.size > 0) await reachToken(access, { node, connection, scope });
    const sql = withTimeLimit(query.sql, scope?.deadline ?? Infinity);
    const work = run(connection, sql, query.parameters);
    const result = await untilUnwanted(
      access,
      { node, pool, connection, work, isReusable: true },
      scope,
    );
    release(pool, connection);
    if (scope) noteRead(access, node, scope);
    return result;
  } catch (error) {
    giveBack(access, { node, connection, error });
    throw isOutOfTime(error)
      ? new HaError('HA_DEADLINE', 'the deadline has passed', { cause: error })
      : error;
  }
}

type Failed = { readonly node: Node; readonly connection: Connection; readonly error: unknown };

function giveBack(access: Access, { node, connection, error }: Failed): void {
  const pool = poolsOf(access, node).reads;
  if (isLost(error)) drop(pool, connection, error instanceof Error ? error : undefined);
  else if (!isUnwanted(error)) release(pool, connection);
}

function noteRead(access: Access, node: Node, scope: Scope): void {
  if (node === writerOf(access.cluster)) return;
  scope.hasReadReplica = true;
  scope.staleMs = Math.max(scope.staleMs, stalenessOf(access.cluster, node));
}
