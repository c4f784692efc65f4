import { EntitySchema, type DataSource, type EntityManager } from 'typeorm';
import type { Envelope } from './envelope.ts';
import type { NewEvent } from './event.ts';
import { onCommit, tellOnCommit } from '../database/commit.ts';
import { idFromBytes, idToBytes, newId } from '../id.ts';

/** A row as TypeORM reads it, for tests and reports. The kit itself writes it with SQL. */
export type OutboxRow = {
  readonly id: string;
  readonly eventId: string;
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly visibility: 'public' | 'private';
  readonly payload: Pick<NewEvent, 'customerId' | 'actor' | 'changedFields' | 'data'>;
  readonly trace: string | null;
  readonly occurredAt: Date;
  readonly publishedSeq: string | null;
  readonly publishedAt: Date | null;
};

const uuid = { to: idToBytes, from: idFromBytes };

export const OutboxTable = new EntitySchema<OutboxRow>({
  name: 'outbox',
  columns: {
    id: { type: 'bigint', primary: true, generated: true },
    eventId: { type: 'binary', length: 16, transformer: uuid },
    aggregate: { type: 'varchar', length: 40 },
    aggregateId: { type: 'binary', length: 16, transformer: uuid },
    version: { type: 'int' },
    type: { type: 'varchar', length: 80 },
    schemaVersion: { type: 'smallint' },
    visibility: { type: 'enum', enum: ['public', 'private'] },
    payload: { type: 'json' },
    trace: { type: 'varchar', length: 100, nullable: true },
    occurredAt: { type: 'datetime', precision: 6 },
    publishedSeq: { type: 'bigint', nullable: true },
    publishedAt: { type: 'datetime', precision: 6, nullable: true },
  },
});

const payloadBytesMax = 64 * 1024;
const rowsPerInsert = 500;

/** Records an event in the caller's transaction: it is told if and only if that commits. */
export const record = <Data extends object>(
  manager: EntityManager,
  event: NewEvent<Data>,
): Promise<void> => recordMany(manager, [event]);

/** Records events in the order given, with one statement for each 500. */
export async function recordMany(
  manager: EntityManager,
  events: readonly NewEvent[],
): Promise<void> {
  const runner = manager.queryRunner;
  if (!runner?.isTransactionActive) throw new Error('Events are recorded inside a transaction');

  tellOnCommit(manager, recorded);
  const rows = events.map(toRow);
  for (let at = 0; at < rows.length; at += rowsPerInsert) {
    await manager.query(
      `INSERT INTO outbox (eventId, aggregate, aggregateId, version, type, schemaVersion,
         visibility, payload, trace) VALUES ?`,
      [rows.slice(at, at + rowsPerInsert)],
    );
  }
}

function toRow({ type, ...event }: NewEvent): readonly unknown[] {
  const { customerId, actor, changedFields } = event;
  const data = type.data.parse(event.data);
  const payload = JSON.stringify({ customerId, actor, changedFields, data });
  if (Buffer.byteLength(payload) > payloadBytesMax) {
    throw new Error(`${type.type} of ${event.aggregateId} is larger than 64 KiB`);
  }
  if (type.visibility === 'snapshot') throw new Error(`${type.type} tells no fact to record`);
  return [
    idToBytes(newId()),
    type.aggregate,
    idToBytes(event.aggregateId),
    event.version,
    type.type,
    type.schemaVersion,
    type.visibility,
    payload,
    event.trace ?? null,
  ];
}

const recorded = 'recorded';

/** Calls the listener after each commit of a transaction that has recorded events. */
export const onRecorded = (db: DataSource, listener: () => void): (() => void) =>
  onCommit(db, recorded, listener);

export type Unpublished = Envelope & {
  readonly id: number;
  /** Where the stream keeps the event before this one on its subject; 0 when there is none. */
  readonly previousSeq: number;
};

type UnpublishedRow = Omit<Unpublished, 'id' | 'eventId' | 'aggregateId' | 'previousSeq'> & {
  readonly id: string;
  readonly eventId: Buffer;
  readonly aggregateId: Buffer;
  readonly previousSeq: string | null;
};

/**
 * The oldest events that the stream has not acknowledged. They are never looked for by an id
 * greater than the last one: ids become visible in the order of commits, which is not theirs.
 */
export async function findUnpublished(
  db: DataSource,
  limit: number,
): Promise<readonly Unpublished[]> {
  const rows = await db.query<readonly UnpublishedRow[]>(
    `SELECT id, eventId, aggregate, aggregateId, version, type, schemaVersion, visibility, trace,
       CAST(payload AS CHAR) AS body,
       DATE_FORMAT(occurredAt, '%Y-%m-%dT%H:%i:%s.%fZ') AS occurredAt,
       IF(version = 1, NULL, (SELECT previous.publishedSeq FROM outbox AS previous
        WHERE previous.aggregate = outbox.aggregate
          AND previous.aggregateId = outbox.aggregateId
          AND previous.visibility = outbox.visibility AND previous.version < outbox.version
        ORDER BY previous.version DESC LIMIT 1)) AS previousSeq
     FROM outbox WHERE publishedSeq IS NULL ORDER BY id LIMIT ?`,
    [limit],
  );
  return rows.map((row) => ({
    ...row,
    id: Number(row.id),
    eventId: idFromBytes(row.eventId),
    aggregateId: idFromBytes(row.aggregateId),
    previousSeq: Number(row.previousSeq ?? 0),
  }));
}

export type Backlog = {
  readonly events: number;
  /** How long the oldest of them has waited. */
  readonly oldestS: number;
};

/** What the stream has not acknowledged yet. */
export async function readBacklog(db: DataSource): Promise<Backlog> {
  const [row] = await db.query<readonly { events: string; oldestS: string | null }[]>(
    `SELECT COUNT(*) AS events,
       TIMESTAMPDIFF(MICROSECOND, MIN(occurredAt), UTC_TIMESTAMP(6)) / 1000000 AS oldestS
     FROM outbox WHERE publishedSeq IS NULL`,
  );
  return { events: Number(row?.events ?? 0), oldestS: Number(row?.oldestS ?? 0) };
}

export type Published = { readonly id: number; readonly seq: number };

export async function markPublished(
  db: DataSource,
  published: readonly Published[],
): Promise<void> {
  await db.query(
    `UPDATE outbox JOIN JSON_TABLE(?, '$[*]' COLUMNS (
       id BIGINT UNSIGNED PATH '$.id', seq BIGINT UNSIGNED PATH '$.seq')) AS published
       ON outbox.id = published.id
     SET outbox.publishedSeq = published.seq, outbox.publishedAt = UTC_TIMESTAMP(6)`,
    [JSON.stringify(published)],
  );
}

type PublishedPlace = { readonly eventId: string; readonly seq: number };

/** The published event with the greatest sequence up to `seqMax`, or null when there is none. */
export async function lastPublished(
  db: DataSource,
  seqMax = Number.MAX_SAFE_INTEGER,
): Promise<PublishedPlace | null> {
  const [row] = await db.query<readonly { eventId: Buffer; publishedSeq: string }[]>(
    `SELECT eventId, publishedSeq FROM outbox WHERE publishedSeq <= ?
     ORDER BY publishedSeq DESC LIMIT 1`,
    [seqMax],
  );
  return row ? { eventId: idFromBytes(row.eventId), seq: Number(row.publishedSeq) } : null;
}

/** Has every event that was published after `seq` published again. Gives their number. */
export async function unpublishAfter(db: DataSource, seq: number): Promise<number> {
  let count = 0;
  for (;;) {
    const { affectedRows } = await db.query<{ affectedRows: number }>(
      `UPDATE outbox SET publishedSeq = NULL, publishedAt = NULL WHERE publishedSeq > ?
       ORDER BY publishedSeq DESC LIMIT 5000`,
      [seq],
    );
    count += affectedRows;
    if (affectedRows === 0) return count;
  }
}

/** Deletes up to 1000 of the oldest rows that were published more than 72 hours ago. */
export async function pruneOutbox(db: DataSource): Promise<number> {
  const { affectedRows } = await db.query<{ affectedRows: number }>(
    `DELETE outbox FROM outbox JOIN (SELECT id FROM outbox ORDER BY id LIMIT 1000) AS oldest
       ON outbox.id = oldest.id
     WHERE outbox.publishedAt < UTC_TIMESTAMP(6) - INTERVAL 72 HOUR`,
  );
  return affectedRows;
}
