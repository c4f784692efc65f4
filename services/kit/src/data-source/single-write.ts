import { isUnwanted } from './cancel.ts';
import type { Answer } from './connection.ts';
import { clarified, HaError, isLost, isReadOnly, isRolledBack } from './errors.ts';
import { decideOutcome, newMarker, type Outcome } from './marker.ts';
import {
  bind,
  finishOn,
  noteResult,
  runOn,
  unbind,
  writeMarker,
  type Bound,
  type Session,
  type Statement,
} from './session.ts';
import { now, sleep } from './time.ts';

/**
 * Runs one write outside a transaction. It gets a transaction of its own with a marker, so that
 * its outcome can always be decided and it can be repeated without harm.
 */
export async function writeOnce(session: Session, statement: Statement): Promise<Answer> {
  for (;;) {
    const attempt = await tryToWrite(session, statement);
    if (attempt.error === null) return attempt.answer;
    if ((await outcomeOf(session, attempt)) === 'committed') return attempt.answer;
    if (now() >= statement.deadline) throw tooLate(attempt.error);
    session.access.cluster.counters.writeRetries += 1;
    if (!isLost(attempt.error)) await sleep(50);
  }
}

const tooLate = (cause: unknown): HaError =>
  new HaError('HA_NO_WRITER', 'The write found no writer in time', { cause });

const unknownOutcome = (cause: unknown): HaError =>
  new HaError('HA_OUTCOME_UNKNOWN', 'The write may or may not have been committed', {
    outcome: 'unknown',
    cause,
  });

async function outcomeOf({ access }: Session, attempt: Attempt): Promise<Outcome> {
  if (!attempt.isCommitting || !isLost(attempt.error)) return 'not-committed';
  const deadline = now() + access.options.writerWaitMs;
  const outcome = attempt.marker
    ? await decideOutcome(access, attempt.marker, deadline)
    : 'unknown';
  if (outcome === 'unknown') throw unknownOutcome(attempt.error);
  return outcome;
}

type Attempt = {
  answer: Answer;
  marker: Buffer | null;
  /** COMMIT was sent: only from then on is there something to decide. */
  isCommitting: boolean;
  error: unknown;
};

async function tryToWrite(session: Session, statement: Statement): Promise<Attempt> {
  const attempt: Attempt = {
    answer: { affectedRows: 0 },
    marker: null,
    isCommitting: false,
    error: null,
  };
  try {
    const bound = await bind(session, statement.deadline);
    attempt.answer = await runOn(session, bound, statement);
    if (session.access.options.usesMarker) attempt.marker = newMarker(bound.node);
    await commitOn(session, attempt, { bound, deadline: statement.deadline });
    unbind(session, 'keep');
  } catch (error) {
    const server = session.bound?.node.name;
    await giveUp(session, error);
    if (!isWorthRepeating(error)) throw clarified(error, server);
    attempt.error = error;
  }
  return attempt;
}

async function commitOn(
  session: Session,
  attempt: Attempt,
  { bound, deadline }: { readonly bound: Bound; readonly deadline: number },
): Promise<void> {
  const { marker } = attempt;
  if (marker) await writeMarker(bound, marker, deadline);
  attempt.isCommitting = true;
  noteResult(session.access, bound, await finishOn(bound, { sql: 'COMMIT', deadline }));
}

const isWorthRepeating = (error: unknown): boolean =>
  error instanceof HaError
    ? error.code === 'HA_NODE_DOWN'
    : isLost(error) || isReadOnly(error) || isRolledBack(error);

/** Leaves nothing of the statement behind, and keeps the connection when that is possible. */
async function giveUp(session: Session, error: unknown): Promise<void> {
  const { bound } = session;
  if (!bound) return;
  if (isUnwanted(error) || isLost(error) || isReadOnly(error)) return unbind(session, 'drop');
  await rollBack(bound).then(
    () => unbind(session, 'keep'),
    () => unbind(session, 'drop'),
  );
}

const rollBack = (bound: Bound): Promise<Answer> =>
  finishOn(bound, { sql: 'ROLLBACK', deadline: now() + 2000 });

/**
 * Runs a statement that cannot be repeated or undone: DDL, and whatever depends on its session.
 * When its server is lost while it runs, nobody knows how far it came.
 */
export async function runDirectly(session: Session, statement: Statement): Promise<Answer> {
  for (;;) {
    const bound = await bind(session, statement.deadline);
    try {
      const answer = await runOn(session, bound, statement);
      noteResult(session.access, bound, answer);
      unbind(session, 'keep');
      return answer;
    } catch (error) {
      const isClean = !isWorthRepeating(error) && !isUnwanted(error);
      unbind(session, isClean ? 'keep' : 'drop');
      if (isLost(error)) throw unknownOutcome(error);
      // A server that refuses writes has done nothing, and another one may take over.
      const isHopeless = !isReadOnly(error) || now() >= statement.deadline;
      if (isHopeless) throw clarified(error, bound.node.name);
      await sleep(50);
    }
  }
}
