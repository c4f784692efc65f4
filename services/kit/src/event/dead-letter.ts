import type { DataSource, EntityManager } from 'typeorm';
import { notFound, ruleViolation } from '../errors.ts';
import type { RecordedEvent } from './event.ts';
import { idToBytes } from '../id.ts';
import { advanced, lockInbox, type Aggregate } from './inbox.ts';

/** An event that a consumer could not apply, or that waits behind such a one. */
export type DeadLetter = {
  readonly id: number;
  readonly consumer: string;
  readonly event: RecordedEvent;
  /**
   * `retrying`: has failed and is tried again at its time. `dead`: waits for a person. `waiting`:
   * stands behind another letter of the same aggregate.
   */
  readonly state: 'retrying' | 'dead' | 'waiting';
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly failure: string | null;
  readonly createdAt: Date;
};

type StoredLetter = Omit<DeadLetter, 'id'> & { readonly id: string };

const columns = 'id, consumer, event, state, attempts, nextAttemptAt, failure, createdAt';

/** After how many seconds an event that failed is tried again, each time; then it is dead. */
const retryDelaysS = [1, 5, 30, 120, 600] as const;

type NewLetter = Pick<DeadLetter, 'consumer' | 'event' | 'state'> & {
  readonly failure: string | null;
};

/** Sets events aside, in the order given. One that lies there already stays where it is. */
export async function addLetters(
  manager: EntityManager,
  letters: readonly NewLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  await manager.query(
    `INSERT INTO deadLetter (consumer, eventId, aggregate, aggregateId, type, event, state,
       attempts, nextAttemptAt, failure)
     VALUES ${letters.map(() => `(?, ?, ?, ?, ?, ?, ?, ?, ${nextAttempt}, ?)`).join(', ')} AS fresh
     ON DUPLICATE KEY UPDATE consumer = fresh.consumer`,
    letters.flatMap(({ consumer, event, state, failure }) => [
      consumer,
      idToBytes(event.eventId),
      event.aggregate,
      idToBytes(event.aggregateId),
      event.type,
      JSON.stringify(event),
      state,
      state === 'waiting' ? 0 : 1,
      state === 'retrying' ? retryDelaysS[0] : null,
      failure,
    ]),
  );
}

const nextAttempt = 'UTC_TIMESTAMP(6) + INTERVAL ? SECOND';

export async function findDueLetter(db: DataSource, consumer: string): Promise<DeadLetter | null> {
  const [row] = await db.query<readonly StoredLetter[]>(
    `SELECT ${columns} FROM deadLetter
     WHERE consumer = ? AND state = 'retrying' AND nextAttemptAt <= UTC_TIMESTAMP(6)
     ORDER BY nextAttemptAt LIMIT 1`,
    [consumer],
  );
  return row ? fromStored(row) : null;
}

/** Counts a failed attempt: the letter is tried again later, or is dead. Gives its new state. */
export async function countFailure(
  db: DataSource,
  letter: DeadLetter,
  { failure, isFinal }: { readonly failure: string; readonly isFinal: boolean },
): Promise<DeadLetter['state']> {
  const delayS = isFinal ? undefined : retryDelaysS[letter.attempts];
  const state = delayS === undefined ? 'dead' : 'retrying';
  await db.query(
    `UPDATE deadLetter
     SET state = ?, attempts = attempts + 1, failure = ?, nextAttemptAt = ${nextAttempt}
     WHERE id = ?`,
    [state, failure, delayS ?? null, letter.id],
  );
  return state;
}

/** Takes a letter away and calls up the one behind it. Tells whether there is one. */
export async function removeLetter(manager: EntityManager, letter: DeadLetter): Promise<boolean> {
  await manager.query('DELETE FROM deadLetter WHERE id = ?', [letter.id]);
  const { affectedRows } = await manager.query<{ affectedRows: number }>(
    `UPDATE deadLetter SET state = 'retrying', attempts = 0, nextAttemptAt = UTC_TIMESTAMP(6)
     WHERE consumer = ? AND aggregate = ? AND aggregateId = ? ORDER BY id LIMIT 1`,
    [letter.consumer, letter.event.aggregate, idToBytes(letter.event.aggregateId)],
  );
  return affectedRows > 0;
}

export type LetterPage = { readonly afterId?: number; readonly limit?: number };

/** Letters by id, a page at a time. Waiting ones are left out: they follow the one in front. */
export async function listDeadLetters(
  db: DataSource,
  { afterId = 0, limit = 100 }: LetterPage = {},
): Promise<readonly DeadLetter[]> {
  const rows = await db.query<readonly StoredLetter[]>(
    `SELECT ${columns} FROM deadLetter WHERE id > ? AND state <> 'waiting' ORDER BY id LIMIT ?`,
    [afterId, limit],
  );
  return rows.map(fromStored);
}

export async function findDeadLetter(db: DataSource, id: number): Promise<DeadLetter | null> {
  const [row] = await db.query<readonly StoredLetter[]>(
    `SELECT ${columns} FROM deadLetter WHERE id = ?`,
    [id],
  );
  return row ? fromStored(row) : null;
}

/** How many events wait behind a letter. */
export async function countWaiting(
  db: DataSource,
  { consumer, event }: DeadLetter,
): Promise<number> {
  const [row] = await db.query<readonly { count: string }[]>(
    `SELECT COUNT(*) AS count FROM deadLetter
     WHERE consumer = ? AND aggregate = ? AND aggregateId = ? AND state = 'waiting'`,
    [consumer, event.aggregate, idToBytes(event.aggregateId)],
  );
  return Number(row?.count ?? 0);
}

/** Has the consumer try the letter again now, and what waits behind it after that. */
export async function replayDeadLetter(db: DataSource, id: number): Promise<void> {
  await firstLetter(db, id);
  await db.query(
    `UPDATE deadLetter SET state = 'retrying', attempts = 0, nextAttemptAt = UTC_TIMESTAMP(6)
     WHERE id = ?`,
    [id],
  );
}

/** Gives the event up for good: the consumer counts it as applied and goes on with the next. */
export async function discardDeadLetter(db: DataSource, id: number): Promise<void> {
  const letter = await firstLetter(db, id);
  await db.transaction(async (manager) => {
    const inbox = await lockInbox(manager, letter.consumer, [letter.event]);
    const isParked = await removeLetter(manager, letter);
    inbox.set({ ...advanced(inbox.rowOf(letter.event), letter.event), isParked });
    await inbox.save();
  });
}

async function firstLetter(db: DataSource, id: number): Promise<DeadLetter> {
  const letter = await findDeadLetter(db, id);
  if (!letter) throw notFound('Dead letter', String(id));
  if (letter.state === 'waiting') {
    throw ruleViolation(`Dead letter ${id} waits behind another of ${nameOf(letter.event)}`);
  }
  return letter;
}

const nameOf = ({ aggregate, aggregateId }: Aggregate): string => `${aggregate} ${aggregateId}`;

const fromStored = (row: StoredLetter): DeadLetter => ({ ...row, id: Number(row.id) });
