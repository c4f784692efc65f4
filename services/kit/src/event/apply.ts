import type { DataSource, EntityManager } from 'typeorm';
import { isRetryable, withRetry } from '../data-source/retry.ts';
import { addLetters, countFailure, removeLetter, type DeadLetter } from './dead-letter.ts';
import { describeError } from '../describe-error.ts';
import type { RecordedEvent } from './event.ts';
import { endGatherings } from './gather.ts';
import { advanced, isNewer, lockInbox, type InboxRow } from './inbox.ts';
import type { Log } from '../log.ts';
import { ReplacedError, requireGeneration } from './position.ts';

/** An event that can never be applied as it is: its form is not what the consumer knows. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
}

/** An event and what it makes a consumer do. */
export type Task = {
  readonly event: RecordedEvent;
  readonly run: (manager: EntityManager) => Promise<void>;
};

export type ApplyScope = {
  readonly db: DataSource;
  readonly consumer: string;
  readonly log: Log;
  /** That of the position from which the events were read. */
  readonly generation?: number;
};

/**
 * Applies events in the order given, each once. Those that fail are set aside with all that follows
 * them in their aggregate. Throws only when the database takes neither.
 */
export async function applyEvents(scope: ApplyScope, tasks: readonly Task[]): Promise<void> {
  const [first] = tasks;
  if (!first) return;
  try {
    await applyTogether(scope, tasks);
  } catch (error) {
    if (isOfDatabase(error)) throw error;
    if (tasks.length === 1) return setAside(scope, first.event, error);
    // Halving finds the ones that fail, and keeps most of the others together.
    const half = Math.ceil(tasks.length / 2);
    await applyEvents(scope, tasks.slice(0, half));
    await applyEvents(scope, tasks.slice(half));
  }
}

/** Whether it says nothing about the event. */
const isOfDatabase = (error: unknown): boolean =>
  error instanceof ReplacedError || isRetryable(error);

const transact = <Value>(
  { db, consumer, generation }: ApplyScope,
  work: (manager: EntityManager) => Promise<Value>,
): Promise<Value> =>
  withRetry(() =>
    db.transaction(async (manager) => {
      if (generation !== undefined) await requireGeneration(manager, consumer, generation);
      return work(manager);
    }),
  );

/** Changes and inbox rows in one transaction. */
const applyTogether = (scope: ApplyScope, tasks: readonly Task[]): Promise<void> =>
  transact(scope, async (manager) => {
    const { consumer } = scope;
    const inbox = await lockInbox(
      manager,
      consumer,
      tasks.map(({ event }) => event),
    );
    const waiting: RecordedEvent[] = [];
    for (const { event, run } of tasks) {
      const row = inbox.rowOf(event);
      if (!isWanted(row, event)) continue;
      if (row.isParked) {
        waiting.push(event);
        continue;
      }
      await run(manager);
      inbox.set(advanced(row, event));
    }
    await endGatherings(manager);
    await addLetters(
      manager,
      waiting.map((event) => ({ consumer, event, state: 'waiting', failure: null })),
    );
    await inbox.save();
  });

/** A message that is no event of ours has no version; it is left to a person in any case. */
const isWanted = (row: InboxRow, event: RecordedEvent): boolean =>
  event.version === 0 || isNewer(row, event);

async function setAside(scope: ApplyScope, event: RecordedEvent, error: unknown): Promise<void> {
  const { consumer, log } = scope;
  const failure = failureText(error);
  const state = await transact(scope, async (manager) => {
    const inbox = await lockInbox(manager, consumer, [event]);
    const row = inbox.rowOf(event);
    if (!isWanted(row, event)) return null;
    const found = row.isParked ? 'waiting' : error instanceof PoisonError ? 'dead' : 'retrying';
    await addLetters(manager, [{ consumer, event, state: found, failure }]);
    inbox.set({ ...row, isParked: true });
    await inbox.save();
    return found;
  });
  if (state) log.error({ ...nameOf(event), state, error: describeError(error) }, 'event set aside');
}

/** Tries an event that was set aside, and calls up the next of its aggregate when it succeeds. */
export async function retryLetter(
  scope: ApplyScope,
  letter: DeadLetter,
  run: Task['run'],
): Promise<void> {
  const { db, consumer, log } = scope;
  const { event } = letter;
  try {
    await transact(scope, async (manager) => {
      const inbox = await lockInbox(manager, consumer, [event]);
      const row = inbox.rowOf(event);
      if (isWanted(row, event)) await run(manager);
      await endGatherings(manager);
      const isParked = await removeLetter(manager, letter);
      inbox.set({ ...advanced(row, event), isParked });
      await inbox.save();
    });
  } catch (error) {
    if (isOfDatabase(error)) throw error;
    const isFinal = error instanceof PoisonError;
    const state = await countFailure(db, letter, { failure: failureText(error), isFinal });
    log.error({ ...nameOf(event), state, error: describeError(error) }, 'event failed again');
  }
}

/** What names an event in a log, without any of its values. */
const nameOf = ({ eventId, type, aggregateId, version }: RecordedEvent): object => ({
  eventId,
  type,
  aggregateId,
  version,
});

const failureLengthMax = 500;

function failureText(error: unknown): string {
  const { code, type, message } = describeError(error);
  return `${typeof code === 'string' ? code : type}: ${message}`.slice(0, failureLengthMax);
}
