import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { changeTable } from '../database/change-table.ts';
import { ruleViolation } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Bus } from './bus.ts';
import { startConsumers, type Consuming } from './consume.ts';
import type { Consumer } from './consumer.ts';
import { movePosition, positionOf, readPosition } from './position.ts';

/** What a service keeps of the events of others. It can be made again from the log. */
export type Projection = {
  readonly service: string;
  /** All consumers of the service. They do nothing but write the tables, and have own records follow. */
  readonly consumers: readonly Consumer[];
  readonly tables: readonly string[];
  /** Those without stamps of which no row ends unless its owner says so in `deletedAt`. */
  readonly lasting?: readonly string[];
  /**
   * Has records of the service follow what is known now, once that is in place. Done again when it
   * was broken off.
   */
  settle?(this: void, schemas: Schemas): Promise<void>;
};

export type Progress = { readonly applied: number; readonly total: number };

export type RebuildOptions = {
  readonly db: DataSource;
  /** A schema with the same tables, empty but for what a rebuild that was broken off has done. */
  readonly beside: DataSource;
  readonly bus: Bus;
  readonly projection: Projection;
  readonly log: Log;
  /** Whether to begin with what the owners have told of their records, and not with the log. */
  readonly isFromSnapshot?: boolean;
  /** Whether records that nobody has told of may go. */
  readonly acceptsLoss?: boolean;
  readonly onProgress?: (progress: Progress) => void;
};

/**
 * Makes a projection anew beside the one that is read and goes on being kept, and puts it in its
 * place. May be broken off at any time, and goes on where it was.
 */
export async function rebuild(options: RebuildOptions): Promise<void> {
  const { db, beside, bus, projection, log } = options;
  if (await isSwapped(beside)) return projection.settle?.(options);
  if (options.isFromSnapshot) await beginAtSnapshot(options);
  const { service, consumers } = projection;
  const reader = `${service}-rebuild`;
  const reading = { bus, service, consumers, log, reader, hearsSnapshots: true };
  const consuming = startConsumers({ db: beside, ...reading });
  try {
    await catchUp(consuming, options);
    if (!options.acceptsLoss) await requireWhole(options);
    // That took its time.
    await catchUp(consuming, options);
  } finally {
    await consuming.stop();
  }
  await swap({ db, beside }, projection);
  await bus.forget(reader);
  await projection.settle?.(options);
}

/**
 * The first of what was told of records as they are. Whatever was changed before that is in it, and
 * the log has what was changed since.
 */
async function beginAtSnapshot({ beside, bus, projection }: RebuildOptions): Promise<void> {
  const consumer = projection.service;
  const from = await readPosition(beside, consumer);
  if (from.seq > 0) return;
  const history = await bus.history({ subject: 'crm.snapshot.>', afterSeq: 0 });
  const [first] = await history.next(1);
  await history.close();
  if (!first) throw ruleViolation('No owner has told of its records');
  const last = first.seq > 1 ? await bus.messageAt(first.seq - 1) : null;
  const to = { seq: first.seq - 1, eventId: last ? positionOf(last).eventId : null };
  if (to.seq > 0) await movePosition(beside, { consumer, from, to });
}

const lookMs = 250;
const stuckMsMax = 120_000;

/** Waits until what the log held when it was called is applied, however much comes after it. */
async function catchUp(
  consuming: Consuming,
  { beside, bus, projection, onProgress }: RebuildOptions,
): Promise<void> {
  const { lastSeq } = await bus.streamState();
  let total = 0;
  let lastSeen = '';
  let movedAt = performance.now();
  while (performance.now() - movedAt < stuckMsMax) {
    const pending = await consuming.pending().catch(() => null);
    const { seq } = await readPosition(beside, projection.service);
    if (pending !== null) {
      total = Math.max(total, pending);
      onProgress?.({ applied: total - pending, total });
    }
    if (pending === 0 || seq >= lastSeq) return;
    const seen = `${pending} ${seq}`;
    if (seen !== lastSeen) movedAt = performance.now();
    lastSeen = seen;
    await sleep(lookMs);
  }
  throw new Error(`No event was applied for ${stuckMsMax / 1000} s`);
}

/** The log holds events for some days only: what nobody told of must not vanish unseen. */
async function requireWhole({ db, beside, projection }: RebuildOptions): Promise<void> {
  const [kept, fresh] = [await schemaOf(db), await schemaOf(beside)];
  for (const { table, isStamped, isMarked } of await watchedTables(db, projection)) {
    const [row] = await db.query<readonly { count: string }[]>(
      `SELECT COUNT(*) AS count FROM ${kept}.\`${table}\` AS kept
       LEFT JOIN ${fresh}.\`${table}\` AS fresh ON fresh.id = kept.id
       WHERE fresh.id IS NULL ${isMarked ? 'AND kept.deletedAt IS NULL' : ''}
         ${isStamped ? 'AND kept.updatedAt < UTC_TIMESTAMP() - INTERVAL 1 MINUTE' : ''}`,
    );
    const count = Number(row?.count ?? 0);
    if (count > 0) {
      const what = `Nobody has told of ${count} rows of ${table}`;
      throw ruleViolation(`${what}: the log does not reach back to them; begin with a snapshot`);
    }
  }
}

type Watched = { readonly table: string; readonly isStamped: boolean; readonly isMarked: boolean };

/** Those of records, which have an id and stamps, and those that last. */
async function watchedTables(
  db: DataSource,
  { tables, lasting = [] }: Projection,
): Promise<readonly Watched[]> {
  const rows = await db.query<readonly { name: string; columns: string }[]>(
    `SELECT TABLE_NAME AS name, GROUP_CONCAT(COLUMN_NAME) AS columns FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)
       AND COLUMN_NAME IN ('id', 'updatedAt', 'deletedAt') GROUP BY TABLE_NAME`,
    [tables],
  );
  return (
    rows
      .map(({ name, columns }) => ({ name, has: columns.split(',') }))
      // What has no id of its own, as a line of an order, goes with the record that it is part of.
      .filter(({ has }) => has.includes('id'))
      .map(({ name, has }) => ({
        table: name,
        isStamped: has.includes('updatedAt'),
        isMarked: has.includes('deletedAt'),
      }))
      .filter(
        ({ table, isStamped, isMarked }) => (isStamped && isMarked) || lasting.includes(table),
      )
  );
}

type Schemas = Pick<RebuildOptions, 'beside' | 'db'>;

/** What consumers know of the events that they have applied lies in these, and goes with the data. */
const memory = ['inbox', 'consumerPosition', 'deadLetter'] as const;
const replaced = 'replaced_';

const isSwapped = async (beside: DataSource): Promise<boolean> =>
  (await beside.query<readonly unknown[]>(`SHOW TABLES LIKE '${replaced}consumerPosition'`))
    .length > 0;

/** One statement, so that nobody sees some of the old tables beside some of the new. */
async function swap({ db, beside }: Schemas, { service, tables }: Projection): Promise<void> {
  const [kept, fresh] = [await schemaOf(db), await schemaOf(beside)];
  await beside.query(
    `UPDATE consumerPosition SET generation = 1 + COALESCE((SELECT generation
       FROM ${kept}.consumerPosition AS old WHERE old.consumer = ?), 0) WHERE consumer = ?`,
    [service, service],
  );
  const moves = [...tables, ...memory].flatMap((table) => [
    `${kept}.\`${table}\` TO ${fresh}.\`${replaced}${table}\``,
    `${fresh}.\`${table}\` TO ${kept}.\`${table}\``,
  ]);
  const runner = db.createQueryRunner('master');
  try {
    await changeTable(runner, `RENAME TABLE ${moves.join(', ')}`);
  } finally {
    await runner.release();
  }
}

async function schemaOf(db: DataSource): Promise<string> {
  const [row] = await db.query<readonly { name: string }[]>('SELECT DATABASE() AS name');
  return `\`${row?.name ?? ''}\``;
}
