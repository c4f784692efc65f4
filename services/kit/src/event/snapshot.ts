import type { DataSource } from 'typeorm';
import { findCustomFields, type CustomFields } from '../record/custom-field.ts';
import type { Entity, Stamps } from '../record/entity.ts';
import { selectRows } from '../record/store.ts';
import { idToBytes, newId } from '../id.ts';
import { sql } from '../sql.ts';
import type { Bus } from './bus.ts';
import { headersOf, subjectOf, type Envelope } from './envelope.ts';
import type { EventType } from './event.ts';

/** How the owner of records tells what they are now, for whom the log does not reach back far enough. */
export type Snapshot = {
  readonly name: string;
  /** The records after an id, at most so many, and the last id of them; null at the end. */
  readonly page: (db: DataSource, afterId: string, limit: number) => Promise<Page>;
};

type Page = { readonly events: readonly Envelope[]; readonly lastId: string | null };

type SnapshotSource<Row extends Stamps, Data extends object> = {
  readonly entity: Entity<Row>;
  /** The event of a new record: it tells all that others keep of one. */
  readonly type: EventType<Data>;
  readonly customerId: (row: Row) => string | null;
  /** The definitions say which of its custom values may be told. */
  readonly data: (row: Row, customFields: CustomFields) => Data;
  /** False for one that has ended, though it is not deleted. */
  readonly isTold?: (row: Row) => boolean;
};

export const snapshotOf = <Row extends Stamps, Data extends object>({
  entity,
  isTold = () => true,
  ...source
}: SnapshotSource<Row, Data>): Snapshot => ({
  name: entity.name,
  page: async ({ manager }, afterId, limit) => {
    const rows = await selectRows(
      manager,
      entity,
      sql`WHERE t.id > ${idToBytes(afterId)} ORDER BY t.id LIMIT ${limit}`,
    );
    const told = rows.filter((row) => row.deletedAt === null && isTold(row));
    const customFields = await findCustomFields(manager, entity.name);
    const events = told.map((row) => eventOf(source, row, customFields));
    return { events, lastId: rows.at(-1)?.id ?? null };
  },
});

const eventOf = <Row extends Stamps, Data extends object>(
  { type, customerId, data }: Pick<SnapshotSource<Row, Data>, 'type' | 'customerId' | 'data'>,
  row: Row,
  customFields: CustomFields,
): Envelope =>
  snapshotEvent({
    type,
    aggregateId: row.id,
    version: row.version,
    // As the event of a new record does.
    occurredAt: row.createdAt,
    customerId: customerId(row),
    data: data(row, customFields),
  });

type Told = {
  readonly type: EventType;
  readonly aggregateId: string;
  readonly version: number;
  readonly occurredAt: Date;
  readonly customerId: string | null;
  readonly data: object;
};

export const snapshotEvent = ({ type, customerId, data, occurredAt, ...told }: Told): Envelope => ({
  ...told,
  eventId: newId(),
  type: type.type,
  schemaVersion: type.schemaVersion,
  visibility: 'snapshot',
  aggregate: type.aggregate,
  occurredAt: occurredAt.toISOString(),
  trace: null,
  body: JSON.stringify({ customerId, actor: null, changedFields: [], data }),
});

type TellScope = {
  readonly db: DataSource;
  readonly bus: Bus;
  readonly service: string;
  readonly onTold?: (name: string, told: number) => void;
};

const rowsPerPage = 500;
const firstId = '00000000-0000-0000-0000-000000000000';

/** Tells the present state of all records. Gives their number. */
export async function tellSnapshots(
  scope: TellScope,
  snapshots: readonly Snapshot[],
): Promise<number> {
  let told = 0;
  for (const { name, page } of snapshots) {
    let afterId: string | null = firstId;
    while (afterId !== null) {
      const { events, lastId }: Page = await page(scope.db, afterId, rowsPerPage);
      await Promise.all(events.map((event) => publish(scope, event)));
      told += events.length;
      scope.onTold?.(name, told);
      afterId = lastId;
    }
  }
  return told;
}

const publish = ({ bus, service }: TellScope, event: Envelope): Promise<unknown> =>
  bus.publish({
    subject: subjectOf(event),
    messageId: event.eventId,
    headers: headersOf(event, service),
    body: event.body,
    previousSeq: null,
  });
