import { isUnwanted } from './cancel.ts';
import type { Answer } from './connection.ts';
import { clarified, errorNumber, HaError, isLost, isReadOnly, isRolledBack } from './errors.ts';
import { decideOutcome, newMarker } from './marker.ts';
import {
  bind,
  finishOn,
  noteResult,
  nothingDone,
  pin,
  runOn,
  unbind,
  writeMarker,
  type Bound,
  type Session,
  type Statement,
  type Transaction,
} from './session.ts';
import type { StatementKind } from './statement.ts';
import { now } from './time.ts';

const readCommitted = /^\s*set\s+transaction\s+isolation\s+level\s+read\s+committed\s*;?\s*$/i;
const plainBegin = /^\s*(?:begin|begin\s+work|start\s+transaction)\s*;?\s*$/i;

/**
 * Notes that a transaction begins. It is not sent: the first statement begins it, on the server
 * that is the writer then.
 */
export function begin(session: Session, sql: string): Answer {
  const opening = session.prelude.filter((statement) => !readCommitted.test(statement));
  session.prelude = [];
  if (!plainBegin.test(sql) || session.isPinned) opening.push(sql);
  session.transaction = {
    opening,
    statements: 0,
    hasWritten: false,
    usesSession: false,
    failure: null,
  };
  return nothingDone;
}

export async function runInTransaction(
  session: Session,
  transaction: Transaction,
  step: { readonly kind: StatementKind; readonly statement: Statement },
): Promise<Answer> {
  const { kind, statement } = step;
  if (kind === 'rollback') return rollback(session, transaction);
  if (transaction.failure) throw transaction.failure;
  if (kind === 'commit') return commit(session, transaction);
  for (;;) {
    try {
      return await runStatement(session, transaction, step);
    } catch (error) {
      // Nothing has been seen of the transaction yet, so beginning it elsewhere is invisible.
      if (!canBeginElsewhere(transaction, error, statement.deadline)) {
        throw failed(session, transaction, error);
      }
      unbind(session, 'drop');
      session.access.cluster.counters.writeRetries += 1;
    }
  }
}

async function runStatement(
  session: Session,
  transaction: Transaction,
  { kind, statement }: { readonly kind: StatementKind; readonly statement: Statement },
): Promise<Answer> {
  const bound =
    transaction.statements === 0
      ? await beginOn(session, transaction, statement)
      : stillBound(session);
  const result = await runOn(session, bound, statement);
  transaction.statements += 1;
  // DDL commits by itself, together with what came before: that is past deciding.
  if (kind === 'write' || kind === 'session') transaction.hasWritten = true;
  if (kind === 'session') transaction.usesSession = true;
  return result;
}

async function beginOn(
  session: Session,
  { opening }: Transaction,
  { deadline }: Statement,
): Promise<Bound> {
  const bound = await bind(session, deadline);
  for (const sql of opening) await runOn(session, bound, { sql, deadline });
  return bound;
}

/** A transaction that has begun never goes on anywhere else: its first half would be missing. */
function stillBound({ bound }: Session): Bound {
  if (bound && !bound.connection.isDead) return bound;
  throw new HaError('HA_NODE_DOWN', 'the connection of the transaction is gone');
}

const canBeginElsewhere = (transaction: Transaction, error: unknown, deadline: number): boolean =>
  transaction.statements === 0 &&
  !(error instanceof HaError && error.code !== 'HA_NODE_DOWN') &&
  (isLost(error) || isReadOnly(error)) &&
  now() < deadline;

const deadlock = 1213;
const lockWaitTimeout = 1205;

/** Settles what an error means for the whole transaction, and gives the error to throw. */
function failed(session: Session, transaction: Transaction, error: unknown): unknown {
  if (error instanceof HaError && error.code !== 'HA_NODE_DOWN') {
    transaction.failure = error;
    if (isUnwanted(error)) unbind(session, 'drop');
    return error;
  }
  if (isLost(error) || isReadOnly(error)) {
    unbind(session, 'drop');
    transaction.failure = aborted('its server was lost before COMMIT', error);
    return transaction.failure;
  }
  if (errorNumber(error) === deadlock) {
    // The server has rolled back everything; going on would commit the second half alone.
    transaction.failure = aborted('it was the victim of a deadlock', error);
  }
  if (errorNumber(error) === lockWaitTimeout) {
    // The server has undone the statement only, and goes on holding the locks of those before it.
    transaction.failure = aborted('it waited too long for a lock', error);
  }
  // The statement failed and the transaction lives: the server has it open from here on.
  transaction.statements += 1;
  return clarified(error, nameOf(session));
}

const nameOf = ({ bound }: Session): string | undefined => bound?.node.name;

const aborted = (why: string, cause: unknown): HaError =>
  new HaError('HA_TX_ABORTED', `The transaction certainly did not commit: ${why}`, { cause });

function settle(session: Session, transaction: Transaction): void {
  session.transaction = null;
  const { bound } = session;
  if (bound && transaction.usesSession && !session.isPinned) pin(session, bound);
  unbind(session, 'keep');
}

const rollbackTimeoutMs = 2000;

async function rollback(session: Session, transaction: Transaction): Promise<Answer> {
  session.transaction = null;
  const { bound } = session;
  if (!bound || bound.connection.isDead || transaction.statements === 0) {
    unbind(session, transaction.statements === 0 ? 'keep' : 'drop');
    return nothingDone;
  }
  try {
    await finishOn(bound, { sql: 'ROLLBACK', deadline: now() + rollbackTimeoutMs });
    settle(session, transaction);
  } catch {
    // Without its connection the server rolls back by itself.
    unbind(session, 'drop');
  }
  return nothingDone;
}

async function commit(session: Session, transaction: Transaction): Promise<Answer> {
  const { bound } = session;
  // A commit is seen through even when nobody waits for it any more.
  const deadline = now() + session.access.options.writeDeadlineMs;
  if (!bound || transaction.statements === 0) {
    session.transaction = null;
    unbind(session, 'keep');
    return nothingDone;
  }
  const needsMarker = transaction.hasWritten && session.access.options.usesMarker;
  const marker = needsMarker ? newMarker(bound.node) : null;
  let isCommitting = false;
  try {
    stillBound(session);
    if (marker) await writeMarker(bound, marker, deadline);
    isCommitting = true;
    const result = await finishOn(bound, { sql: 'COMMIT', deadline });
    noteResult(session.access, bound, result);
    settle(session, transaction);
    return result;
  } catch (error) {
    return afterFailedCommit(session, transaction, { error, marker, isCommitting });
  }
}

type FailedCommit = {
  readonly error: unknown;
  readonly marker: Buffer | null;
  readonly isCommitting: boolean;
};

async function afterFailedCommit(
  session: Session,
  transaction: Transaction,
  { error, marker, isCommitting }: FailedCommit,
): Promise<Answer> {
  const server = nameOf(session);
  // Whatever it was, the connection may hold the remains of the transaction.
  unbind(session, 'drop');
  const isDecided = !isLost(error) || !isCommitting || !transaction.hasWritten;
  transaction.failure = isDecided
    ? aborted('COMMIT was refused', error)
    : await decide(session, marker, error);
  if (!transaction.failure) {
    session.transaction = null;
    return nothingDone;
  }
  throw isOurs(error) ? transaction.failure : clarified(error, server);
}

const isOurs = (error: unknown): boolean =>
  isLost(error) || isReadOnly(error) || isRolledBack(error);

/** Null when the transaction has committed after all. */
async function decide(
  session: Session,
  marker: Buffer | null,
  cause: unknown,
): Promise<HaError | null> {
  const { access } = session;
  const deadline = now() + access.options.writerWaitMs;
  const outcome = marker ? await decideOutcome(access, marker, deadline) : 'unknown';
  if (outcome === 'committed') return null;
  if (outcome === 'not-committed') return aborted('its server was lost during COMMIT', cause);
  return new HaError('HA_OUTCOME_UNKNOWN', 'The transaction may or may not have committed', {
    outcome: 'unknown',
    cause,
  });
}
