import { encode, valueAt, type Column, type Entity } from '../record/entity.ts';
import type { RecordedEvent } from '../event/event.ts';
import { dateTime, id, json, type Field } from '../record/field.ts';
import { idToBytes } from '../id.ts';
import type { EntityManager } from 'typeorm';

const noOne = { managed: true, sql: () => 'NULL' } as const;

/** Who wrote a record is kept by its owner alone. */
export const unkeptStaff = {
  createdById: id({ label: { zh: '创建人', en: 'Created by' }, ...noOne }),
  updatedById: id({ label: { zh: '更新人', en: 'Updated by' }, ...noOne }),
} as const;

/** Stamps that a read model doesn't keep, because its owner does. Part of the entity's fields. */
export const unkeptStamps = {
  ...unkeptStaff,
  customFields: json<Readonly<Record<string, unknown>>>({
    label: { zh: '自定义字段', en: 'Custom fields' },
    ...noOne,
  }),
} as const;

/** For facts: what matters is when they happened, not when they were typed in. */
export const factStamps = {
  ...unkeptStamps,
  createdAt: dateTime({
    required: true,
    managed: true,
    label: { zh: '创建时间', en: 'Created' },
    sql: (alias: string) => `${alias}.updatedAt`,
  }),
} as const;

/** What an event leaves of a record. Its fields are named as in the event. */
export type State = {
  readonly event: Pick<RecordedEvent, 'aggregateId' | 'occurredAt' | 'version'>;
  /** Null when the event told nothing but the record's end, or nothing that is kept. */
  readonly values: object | null;
  readonly isEnded: boolean;
};

/**
 * Writes the newest of the states of each record, where it is newer than what is there. Applying a
 * state twice or late changes nothing.
 */
export async function saveStates(
  manager: EntityManager,
  entity: Entity,
  states: readonly State[],
): Promise<void> {
  const newest = newestOf(states);
  await upsert(
    manager,
    entity,
    newest.filter(({ values }) => values !== null),
  );
  await endRows(
    manager,
    entity,
    newest.filter(({ values, isEnded }) => values === null && isEnded),
  );
}

/** What a private event tells of a record whose public events are saved by themselves. */
export type Particulars = Pick<State, 'event'> & { readonly values: object };

/**
 * Writes what is newest of what private events tell. They are counted by a version of their own: one
 * that comes before all public events makes a row that is not there yet for anybody who reads.
 */
export async function saveParticulars(
  manager: EntityManager,
  entity: Entity,
  told: readonly Particulars[],
): Promise<void> {
  const newest = newestOf(told.map((each) => ({ ...each, isEnded: false })));
  const columns = entity.columns.filter(({ column, field }) => column !== null && !field.managed);
  const names = columns.map(({ column }) => `\`${column ?? ''}\``);
  const kept = `\`${entity.table}\``;
  const isNewer = `fresh.particularsVersion > ${kept}.particularsVersion`;
  for (let from = 0; from < newest.length; from += rowsPerStatement) {
    const rows = newest.slice(from, from + rowsPerStatement).map((state) => {
      const { aggregateId, version, occurredAt } = state.event;
      const at = new Date(occurredAt);
      return [idToBytes(aggregateId), 0, at, at, at, version, ...rowOf(columns, state)];
    });
    await manager.query(
      `INSERT INTO ${kept} (id, version, createdAt, updatedAt, deletedAt, particularsVersion,
         ${names.join(', ')}) VALUES ? AS fresh
       ON DUPLICATE KEY UPDATE
         ${names.map((name) => `${name} = IF(${isNewer}, fresh.${name}, ${kept}.${name})`).join(', ')},
         particularsVersion = GREATEST(${kept}.particularsVersion, fresh.particularsVersion)`,
      [rows],
    );
  }
}

/** An end that told nothing else keeps the values of the state before it in the same batch. */
function newestOf(states: readonly State[]): Newest[] {
  const byId = new Map<string, Newest>();
  for (const state of states.toSorted((a, b) => a.event.version - b.event.version)) {
    const { aggregateId, occurredAt } = state.event;
    const before = byId.get(aggregateId);
    byId.set(aggregateId, {
      ...state,
      values: state.values ?? before?.values ?? null,
      beganAt: before?.beganAt ?? occurredAt,
    });
  }
  // In one order, so that two batches never wait for each other in a circle.
  return [...byId.values()].toSorted((a, b) =>
    a.event.aggregateId < b.event.aggregateId ? -1 : 1,
  );
}

/** A record began with the first of its states in a batch, however many there are. */
type Newest = State & { readonly beganAt: string };

const rowsPerStatement = 1000;

/** These stay what the first event made them, or come last because the others look at them. */
const notOverwritten = ['id', 'createdAt', 'version'];

async function upsert(
  manager: EntityManager,
  entity: Entity,
  states: readonly Newest[],
): Promise<void> {
  const columns = entity.columns.filter(({ column }) => column !== null);
  const names = columns.map(({ column }) => `\`${column ?? ''}\``);
  const isNewer = `fresh.version > \`${entity.table}\`.version`;
  const assignments = columns
    .filter(({ name }) => !notOverwritten.includes(name))
    .map(({ column }) => `\`${column ?? ''}\``)
    .map((name) => `${name} = IF(${isNewer}, fresh.${name}, \`${entity.table}\`.${name})`);
  for (let at = 0; at < states.length; at += rowsPerStatement) {
    await manager.query(
      `INSERT INTO \`${entity.table}\` (${names.join(', ')}) VALUES ? AS fresh
       ON DUPLICATE KEY UPDATE ${assignments.join(', ')},
         version = GREATEST(\`${entity.table}\`.version, fresh.version)`,
      [states.slice(at, at + rowsPerStatement).map((state) => rowOf(columns, state))],
    );
  }
}

const rowOf = (columns: readonly Column[], state: Newest): readonly unknown[] =>
  columns.map((column) => encode(column.field, valueOf(column, state)));

function valueOf({ name, path, field }: Column, state: Newest): unknown {
  const { event, values, isEnded, beganAt } = state;
  const occurredAt = new Date(event.occurredAt);
  switch (name) {
    case 'id':
      return event.aggregateId;
    case 'version':
      return event.version;
    case 'createdAt':
      return new Date(beganAt);
    case 'updatedAt':
      return occurredAt;
    case 'deletedAt':
      return isEnded ? occurredAt : null;
    default:
      return dated(field, valueAt(values, path));
  }
}

/** Events write instants as texts, with a zone that MySQL does not read. */
const dated = (field: Field, value: unknown): unknown =>
  field.kind === 'dateTime' && typeof value === 'string' ? new Date(value) : value;

async function endRows(
  manager: EntityManager,
  entity: Entity,
  states: readonly State[],
): Promise<void> {
  if (states.length === 0) return;
  const ends = states.map(({ event }) => ({
    id: idToBytes(event.aggregateId).toString('hex'),
    version: event.version,
    at: event.occurredAt.slice(0, 23).replace('T', ' '),
  }));
  await manager.query(
    `UPDATE \`${entity.table}\` AS kept JOIN JSON_TABLE(?, '$[*]' COLUMNS (
       id CHAR(32) PATH '$.id', version INT PATH '$.version', at DATETIME(3) PATH '$.at')) AS ended
       ON kept.id = UNHEX(ended.id)
     SET kept.deletedAt = ended.at, kept.updatedAt = ended.at, kept.version = ended.version
     WHERE ended.version > kept.version`,
    [JSON.stringify(ends)],
  );
}
