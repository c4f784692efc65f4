import type { EntityManager } from 'typeorm';
import type { RecordedEvent } from './event.ts';
import { idFromBytes, idToBytes } from '../id.ts';

/** What a consumer knows of an aggregate: up to which versions its events are applied. */
export type InboxRow = {
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly publicVersion: number;
  readonly privateVersion: number;
  /** One of its events has failed; what follows waits among the dead letters, in order. */
  readonly isParked: boolean;
};

export type Aggregate = Pick<RecordedEvent, 'aggregate' | 'aggregateId'>;

export type Inbox = {
  readonly rowOf: (aggregate: Aggregate) => InboxRow;
  readonly set: (row: InboxRow) => void;
  /** Writes the rows that were set. */
  readonly save: () => Promise<void>;
};

export const keyOf = ({ aggregate, aggregateId }: Aggregate): string =>
  `${aggregate}.${aggregateId}`;

/**
 * Reads and locks the rows of these aggregates, in one order so that no two callers deadlock. One
 * that is heard of for the first time has no row to lock: when two callers come to make it, the
 * second fails and has to look again.
 */
export async function lockInbox(
  manager: EntityManager,
  consumer: string,
  aggregates: readonly Aggregate[],
): Promise<Inbox> {
  const distinct = new Map(aggregates.map((aggregate) => [keyOf(aggregate), aggregate]));
  const keys = [...distinct.values()]
    .map(({ aggregate, aggregateId }) => [aggregate, idToBytes(aggregateId)] as const)
    .toSorted(([, one], [, other]) => one.compare(other));
  const known = await findRows(manager, consumer, keys);
  const changed = new Map<string, InboxRow>();

  return {
    rowOf: (aggregate) => {
      const key = keyOf(aggregate);
      if (!distinct.has(key)) throw new Error(`${key} is not locked`);
      return changed.get(key) ?? known.get(key) ?? unheardOf(aggregate);
    },
    set: (row) => void changed.set(keyOf(row), row),
    save: async () => {
      const rows = [...changed.values()].toSorted((one, other) =>
        one.aggregateId < other.aggregateId ? -1 : 1,
      );
      await insertRows(
        manager,
        consumer,
        rows.filter((row) => !known.has(keyOf(row))),
      );
      await updateRows(
        manager,
        consumer,
        rows.filter((row) => known.has(keyOf(row))),
      );
    },
  };
}

const unheardOf = ({ aggregate, aggregateId }: Aggregate): InboxRow => ({
  aggregate,
  aggregateId,
  publicVersion: 0,
  privateVersion: 0,
  isParked: false,
});

type StoredRow = Omit<InboxRow, 'aggregateId' | 'isParked'> & {
  readonly aggregateId: Buffer;
  readonly isParked: number;
};

async function findRows(
  manager: EntityManager,
  consumer: string,
  keys: readonly (readonly [string, Buffer])[],
): Promise<Map<string, InboxRow>> {
  const found = await manager.query<readonly StoredRow[]>(
    `SELECT aggregate, aggregateId, publicVersion, privateVersion, isParked FROM inbox
     WHERE consumer = ? AND (aggregate, aggregateId) IN (?)
     ORDER BY aggregate, aggregateId FOR UPDATE`,
    [consumer, keys],
  );
  const rows = found.map((row) => ({
    ...row,
    aggregateId: idFromBytes(row.aggregateId),
    isParked: Boolean(row.isParked),
  }));
  return new Map(rows.map((row) => [keyOf(row), row]));
}

const columns = 'consumer, aggregate, aggregateId, publicVersion, privateVersion, isParked';

const valuesOf = (consumer: string, rows: readonly InboxRow[]): readonly unknown[] =>
  rows.map((row) => [
    consumer,
    row.aggregate,
    idToBytes(row.aggregateId),
    row.publicVersion,
    row.privateVersion,
    row.isParked,
  ]);

async function insertRows(
  manager: EntityManager,
  consumer: string,
  rows: readonly InboxRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await manager.query(`INSERT INTO inbox (${columns}) VALUES ?`, [valuesOf(consumer, rows)]);
}

async function updateRows(
  manager: EntityManager,
  consumer: string,
  rows: readonly InboxRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await manager.query(
    `INSERT INTO inbox (${columns})
     VALUES ? AS fresh ON DUPLICATE KEY UPDATE publicVersion = fresh.publicVersion,
       privateVersion = fresh.privateVersion, isParked = fresh.isParked`,
    [valuesOf(consumer, rows)],
  );
}

/**
 * Whether the event tells something that is not applied yet. A snapshot is told again for a version
 * that may be known: it holds all of its state, so that applying it twice does no harm.
 */
export function isNewer(row: InboxRow, { visibility, version }: RecordedEvent): boolean {
  if (visibility === 'public') return version > row.publicVersion;
  if (visibility === 'private') return version > row.privateVersion;
  return version >= Math.max(row.publicVersion, row.privateVersion);
}

/** The row after the event was applied, or given up. */
export const advanced = (row: InboxRow, { visibility, version }: RecordedEvent): InboxRow => ({
  ...row,
  publicVersion:
    visibility === 'private' ? row.publicVersion : Math.max(row.publicVersion, version),
  privateVersion:
    visibility === 'public' ? row.privateVersion : Math.max(row.privateVersion, version),
});
