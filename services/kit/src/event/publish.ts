import type { Work } from '../record/command.ts';
import { columnNamed, type Entity, type Stamps } from '../record/entity.ts';
import type { EventType, NewEvent } from './event.ts';
import { recordMany } from './outbox.ts';
import type { Change } from '../record/record.ts';
import type { Changes } from '../record/audit.ts';

type Publication<Row extends Stamps, Data extends object> = {
  readonly type: EventType<Data>;
  readonly rows: readonly Row[];
  readonly customerId: (row: Row) => string | null;
  readonly data: (row: Row) => Data;
};

/** Records one event for each row, whose version the event takes. */
export const publishRows = <Row extends Stamps, Data extends object>(
  work: Work,
  { type, rows, customerId, data }: Publication<Row, Data>,
): Promise<void> =>
  publish(
    work,
    rows.map((row) => ({
      type,
      aggregateId: row.id,
      version: row.version,
      customerId: customerId(row),
      actor: work.viewer.staffId,
      changedFields: [],
      data: data(row),
    })),
  );

type ChangePublication<Row extends Stamps, Data extends object> = {
  readonly type: EventType<Data>;
  readonly changes: readonly Change<Row>[];
  readonly customerId: (row: Row) => string | null;
  readonly data: (change: Change<Row>) => Data;
};

/** Records one event for each change that changed something, naming its fields. */
export const publishChanges = <Row extends Stamps, Data extends object>(
  work: Work,
  { type, changes, customerId, data }: ChangePublication<Row, Data>,
): Promise<void> =>
  publish(
    work,
    changes
      .filter(({ changedFields }) => changedFields.length > 0)
      .map((change) => ({
        type,
        aggregateId: change.after.id,
        version: change.after.version,
        customerId: customerId(change.after),
        actor: work.viewer.staffId,
        changedFields: change.changedFields,
        data: data(change),
      })),
  );

const publish = (work: Work, events: readonly NewEvent[]): Promise<void> =>
  events.length === 0 ? Promise.resolve() : recordMany(work.manager, events);

/** An event holds 64 KiB: of long texts it only says that they were changed. */
const changeBytesMax = 4096;

/** The changes whose values an event may hold: those of public and internal fields. */
export const openChanges = (entity: Entity, changes: Changes): Record<string, Changes[string]> =>
  Object.fromEntries(
    Object.entries(changes).filter(([name, change]) => {
      const fieldClass = columnNamed(entity, name)?.field.class ?? 'INTERNAL';
      return (
        (fieldClass === 'PUBLIC' || fieldClass === 'INTERNAL') &&
        name !== 'customFields' &&
        Buffer.byteLength(JSON.stringify(change)) <= changeBytesMax
      );
    }),
  );
