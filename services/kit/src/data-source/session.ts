import { poolsOf, waitForWriter, type Access } from './access.ts';
import { untilUnwanted } from './cancel.ts';
import { isGroup } from './cluster.ts';
import { run, type Answer, type Connection, type Parameters } from './connection.ts';
import { errorNumber, HaError } from './errors.ts';
import { parseGtidSet, unionGtids, type GtidSet } from './gtid.ts';
import { insertMarker, markerTable } from './marker-table.ts';
import type { Node } from './node.ts';
import { acquire, drop, release, type Pool } from './pool.ts';
import { currentScope, noteCommitted, waitEnd } from './scope.ts';
import { before, now } from './time.ts';

/**
 * What a caller takes for a connection. Nothing stands behind it until a statement needs it, so it
 * is always to be had, and survives the server that its last transaction ran on.
 */
export type Session = {
  readonly access: Access;
  /** For statements that any server can answer: where they are wanted. */
  readonly wantsReplica: boolean;
  bound: Bound | null;
  /** SET TRANSACTION statements for the transaction that begins next. */
  prelude: string[];
  transaction: Transaction | null;
  /** Holds state on its server that cannot be moved: variables, locks, temporary tables. */
  isPinned: boolean;
};

export type Bound = { readonly node: Node; readonly pool: Pool; readonly connection: Connection };

export type Transaction = {
  /** Statements that must come before the first one, none for an ordinary transaction. */
  readonly opening: readonly string[];
  statements: number;
  hasWritten: boolean;
  /** Whether it left state behind that outlives it, such as a named lock. */
  usesSession: boolean;
  /** Why the transaction is lost; every further statement of it fails so. */
  failure: HaError | null;
};

export const createSession = (access: Access, wantsReplica: boolean): Session => ({
  access,
  wantsReplica,
  bound: null,
  prelude: [],
  transaction: null,
  isPinned: false,
});

/** Gives the session a connection to the writer, waiting for one if need be. */
export async function bind(session: Session, deadline: number): Promise<Bound> {
  if (session.bound) {
    if (!session.bound.connection.isDead) return session.bound;
    unbind(session, 'drop');
    if (session.isPinned) throw sessionLost(session);
  }
  const { access } = session;
  const waitUntil = Math.min(deadline, waitEnd(), now() + access.options.writerWaitMs);
  const node = await waitForWriter(access, waitUntil);
  const pool = poolsOf(access, node).writes;
  const connection = await acquire(pool, deadline);
  session.bound = { node, pool, connection };
  return session.bound;
}

function sessionLost(session: Session): HaError {
  session.isPinned = false;
  return new HaError('HA_SESSION_LOST', 'the server that held the session state is gone');
}

export function unbind(session: Session, how: 'keep' | 'drop'): void {
  const { bound } = session;
  if (!bound || (session.isPinned && how === 'keep')) return;
  session.bound = null;
  if (how === 'drop') drop(bound.pool, bound.connection);
  else release(bound.pool, bound.connection);
}

/**
 * Ties the session to its connection for the rest of its life. Statements commit by themselves
 * from here on; MySQL runs what is sent first first, so this need not be waited for.
 */
export function pin(session: Session, bound: Bound): void {
  session.isPinned = true;
  run(bound.connection, 'SET autocommit = 1').catch((error: unknown) => {
    drop(bound.pool, bound.connection, error instanceof Error ? error : undefined);
  });
}

/** Ends the session: what it left on its server goes with the connection. */
export function endSession(session: Session): void {
  const isClean = !session.isPinned && !session.transaction;
  session.isPinned = false;
  unbind(session, isClean ? 'keep' : 'drop');
  session.transaction = null;
  session.prelude = [];
}

export type Statement = {
  readonly sql: string;
  readonly parameters?: Parameters;
  readonly deadline: number;
};

/** Runs a statement on the session's connection; a server that stays silent counts as lost. */
export async function runOn(
  session: Session,
  bound: Bound,
  { sql, parameters, deadline }: Statement,
): Promise<Answer> {
  const silent = (): Error => new HaError('HA_NODE_DOWN', `${bound.node.name} gave no answer`);
  const answer = before(deadline, run(bound.connection, sql, parameters), silent);
  const running = { ...bound, work: answer, isReusable: false };
  return untilUnwanted(session.access, running, currentScope());
}

/** Runs what may not be abandoned half-way: COMMIT, ROLLBACK and what goes with them. */
export const finishOn = (bound: Bound, { sql, parameters, deadline }: Statement): Promise<Answer> =>
  before(
    deadline,
    run(bound.connection, sql, parameters),
    () => new HaError('HA_NODE_DOWN', `${bound.node.name} gave no answer`),
  );

const noSuchTable = 1146;

/** Writes the marker of the transaction that is open on this connection. */
export async function writeMarker(bound: Bound, id: Buffer, deadline: number): Promise<void> {
  try {
    await finishOn(bound, { sql: insertMarker, parameters: [id], deadline });
  } catch (error) {
    if (errorNumber(error) !== noSuchTable) throw error;
    const message = `The schema has no table ${markerTable}: migrate it first`;
    throw new HaError('HA_MISCONFIGURED', message, { cause: error });
  }
}

/** Remembers the GTID that came with a result, so that later reads of this caller include it. */
export function noteResult({ cluster }: Access, { node }: Bound, result: Answer): void {
  const committed = gtidsIn(result);
  if (!committed) return;
  noteCommitted(committed);
  // A group counts under its own name, so the count alone does not tell that its primary has it.
  if (isGroup(cluster)) node.gtids = unionGtids(node.gtids, committed);
}

function gtidsIn(result: Answer): GtidSet | null {
  if (!('stateChanges' in result)) return null;
  const changes: unknown = result.stateChanges;
  if (typeof changes !== 'object' || changes === null || !('gtids' in changes)) return null;
  const { gtids } = changes;
  return Array.isArray(gtids) && gtids.length > 0 ? parseGtidSet(gtids.join(',')) : null;
}

/** What a statement gives that was not sent anywhere. */
export const nothingDone: Answer = { affectedRows: 0 };
