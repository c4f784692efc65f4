import type { DataSource, EntityManager } from 'typeorm';
import type { StreamMessage } from './bus-stream.ts';
import type { Bus } from './bus.ts';
import type { Log } from '../log.ts';

/** The last message that a consumer is done with; everything before it is done too. */
export type Position = { readonly seq: number; readonly eventId: string | null };

/** A position as it is stored. Its generation is another one after the data was replaced. */
export type StoredPosition = Position & { readonly generation: number };

/** The data that a consumer works on was replaced, and its position with it. */
export class ReplacedError extends Error {
  override readonly name = 'ReplacedError';
}

/**
 * The position lies beside the data that the events have made, so that both go back together when
 * a backup is restored, and are swapped together when the data is rebuilt.
 */
export async function readPosition(db: DataSource, consumer: string): Promise<StoredPosition> {
  await db.query(
    `INSERT INTO consumerPosition (consumer, seq) VALUES (?, 0) AS fresh
     ON DUPLICATE KEY UPDATE consumer = fresh.consumer`,
    [consumer],
  );
  const [row] = await db.query<
    readonly { seq: string; eventId: string | null; generation: number }[]
  >('SELECT seq, eventId, generation FROM consumerPosition WHERE consumer = ?', [consumer]);
  return {
    seq: Number(row?.seq ?? 0),
    eventId: row?.eventId ?? null,
    generation: row?.generation ?? 0,
  };
}

type Move = { readonly consumer: string; readonly from: StoredPosition; readonly to: Position };

/** Throws when another process has moved the position: then this one has to start again there. */
export async function movePosition(
  db: Pick<EntityManager, 'query'>,
  { consumer, from, to }: Move,
): Promise<StoredPosition> {
  const { affectedRows } = await db.query<{ affectedRows: number }>(
    `UPDATE consumerPosition SET seq = ?, eventId = ?
     WHERE consumer = ? AND seq = ? AND generation = ?`,
    [to.seq, to.eventId, consumer, from.seq, from.generation],
  );
  if (affectedRows !== 1) throw new Error(`The position of ${consumer} was moved elsewhere`);
  return { ...to, generation: from.generation };
}

/**
 * For a transaction that writes what events make: throws when the data was replaced since the
 * position was read, and lets nobody replace it before the transaction ends.
 */
export async function requireGeneration(
  manager: Pick<EntityManager, 'query'>,
  consumer: string,
  generation: number,
): Promise<void> {
  const [row] = await manager.query<readonly { generation: number }[]>(
    'SELECT generation FROM consumerPosition WHERE consumer = ?',
    [consumer],
  );
  if (row?.generation !== generation) throw new ReplacedError(`The data of ${consumer} is new`);
}

/**
 * Where to go on reading. In a stream that was wiped or cut off the position means nothing: it is
 * read from its start, and what was applied before is left out as old.
 */
export async function seqToReadAfter(bus: Bus, position: Position, log: Log): Promise<number> {
  if (position.seq === 0) return 0;
  const message = await bus.messageAt(position.seq);
  if (message && positionOf(message).eventId === position.eventId) return position.seq;

  const { firstSeq } = await bus.streamState();
  if (!message && position.seq < firstSeq) return position.seq;
  log.warn({ seq: position.seq }, 'the stream is not the one read before; reading all of it');
  return 0;
}

export const positionOf = (message: StreamMessage): Position => ({
  seq: message.seq,
  eventId: message.headers['ce-id'] ?? null,
});
