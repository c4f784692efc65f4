import {
  dateTime,
  id,
  int,
  json,
  type Field,
  type FieldClass,
  type FieldKind,
  type Fields,
  type Group,
  type RowOf,
} from './field.ts';
import { idFromBytes, idToBytes } from '../id.ts';
import type { Sql } from '../sql.ts';

/** What every record carries beside its own fields. */
export const stamps = {
  id: id({ label: { zh: '编号', en: 'Id' }, required: true, managed: true }),
  version: int({ label: { zh: '版本', en: 'Version' }, required: true, managed: true }),
  createdAt: dateTime({ label: { zh: '创建时间', en: 'Created' }, required: true, managed: true }),
  createdById: id({ label: { zh: '创建人', en: 'Created by' }, managed: true }),
  updatedAt: dateTime({ label: { zh: '更新时间', en: 'Updated' }, required: true, managed: true }),
  updatedById: id({ label: { zh: '更新人', en: 'Updated by' }, managed: true }),
  deletedAt: dateTime({ label: { zh: '删除时间', en: 'Deleted' }, managed: true }),
  customFields: json<Readonly<Record<string, unknown>>>({
    label: { zh: '自定义字段', en: 'Custom fields' },
  }),
} as const;

export type Stamps = RowOf<typeof stamps>;

export type Column = {
  /** Where the value is in the row: `['address', 'city']`. */
  readonly path: readonly string[];
  /** The dotted path, as inputs, filters and history name it. */
  readonly name: string;
  /** The column in MySQL, or null for a computed field. */
  readonly column: string | null;
  readonly field: Field;
};

/** The row is of the account whose subject `column` holds, or that a row which it names holds. */
export type SubjectRule = {
  readonly by: 'subject';
  readonly column: string;
  readonly of?: { readonly table: string; readonly column: string };
};

/** How the access rules find the owner of a row; `policy.ts` reads it. */
export type AccessRule =
  | SubjectRule
  | { readonly by: 'owner'; readonly owner: string; readonly team: string }
  /** Of the one member of staff whom `column` names, and of those who manage everything. */
  | { readonly by: 'staff'; readonly column: string }
  /** What the row has in `column` says which rule holds. */
  | {
      readonly by: 'value';
      readonly column: string;
      readonly of: Readonly<Record<string, AccessRule>>;
    }
  /** The row belongs to a row of `table`, whose owner decides. */
  | { readonly by: 'parent'; readonly column: string; readonly table: string }
  /** Whoever reaches the live record that `column` names, by the rules of its own kind. */
  | { readonly by: 'record'; readonly column: string; readonly of: () => Entity }
  /** Live rows of `table` tie the row to rows of `parentTable`, each of whose owners decides. */
  | {
      readonly by: 'link';
      readonly table: string;
      /** Names the row, where `parentColumn` names the row that owns it. */
      readonly column: string;
      /** What of the row it names; its id when left out. */
      readonly from?: string;
      readonly parentColumn: string;
      readonly parentTable: string;
    }
  /** One of the rules is enough. */
  | { readonly by: 'any'; readonly of: readonly AccessRule[] }
  /** All of the rules must hold. */
  | { readonly by: 'all'; readonly of: readonly AccessRule[] }
  /**
   * Everyone in the company may read it. When its `writers` are the staff, everyone who may write
   * anything at all may write it; else that takes the right over all records.
   */
  | { readonly by: 'company'; readonly writers?: 'staff' };

/** Rows that hold values of a class, as a condition on the row `alias`, however they are reached. */
export type RowClass = {
  readonly class: FieldClass;
  readonly when: (alias: string) => string;
};

export type Entity<Row extends Stamps = Stamps> = {
  /** As in the graph: `Customer`. */
  readonly name: string;
  readonly table: string;
  readonly fields: Fields;
  /** The entity whose custom fields its rows hold: its own, unless the rows show those of another. */
  readonly customFieldsOf: string;
  readonly columns: readonly Column[];
  /** By dotted name. */
  readonly columnsByName: ReadonlyMap<string, Column>;
  readonly readers: readonly Reader[];
  readonly readersByName: ReadonlyMap<string, Reader>;
  /** The columns that a client may give, by the first part of their names. */
  readonly givenByTop: ReadonlyMap<string, readonly Column[]>;
  /** What stands beside the table wherever its rows are read, for computed fields to name. */
  readonly beside: (alias: string) => string;
  readonly access: AccessRule;
  /** Which rows are hidden as a whole from those who may not read values of a class. */
  readonly rowClasses: readonly RowClass[];
  readonly relations: Readonly<Record<string, Relation>>;
  /** How carefully fields of the graph are kept that follow from others: the age from the birthday. */
  readonly derived: Readonly<Record<string, FieldClass>>;
  readonly guard: Guard<Row> | null;
  /** Its rows are wide: a page finds the ids in a key that holds what is filtered by, then reads them. */
  readonly isWide: boolean;
  /** Where pages in the order of figures beside the table begin, where those have keys of their own. */
  readonly head?: Head;
  /**
   * Set where tables beside hold what its rows are filtered and sorted by, so that no key does: the
   * fields that it has keys for, each ended by the id. Of whoever reaches some rows, those are sorted.
   */
  readonly pieced?: readonly string[];
  readonly row?: Row;
};

/** A table beside the records, by which they may be sorted while filters are on the records. */
export type Head = {
  /** Fields that it has a key for, each of which ends with the id of the record. */
  readonly fields: readonly string[];
  /** Its column that names the record. */
  readonly id: string;
  /** Joins so much of it to the record `t`, in the place of all of it. */
  readonly join: (part: Sql) => Sql;
};

/** Rows whose fields are SENSITIVE whatever their class: those of people under 14. */
export type Guard<Row = unknown> = {
  /** The fields of the graph that are kept so. */
  readonly fields: readonly string[];
  /** Given rows of the entity, in lists of entities of different kinds too. */
  isGuarded(this: void, row: Row, now: Date): boolean;
  /** The same in SQL, over the row `alias`. */
  readonly sql: (alias: string) => string;
};

/** How one member of a row, a field or a group, is read from what the driver gives. */
type Reader = {
  readonly name: string;
  readonly isGroup: boolean;
  readonly read: (raw: Raw) => unknown;
  /** The columns that a change of this member is made of. */
  readonly columns: readonly Column[];
};

/** A row of the driver, whose keys are dotted field names. */
type Raw = Readonly<Record<string, unknown>>;

/**
 * Records of another entity of this service that filters may reach: `orders: { some: … }`. The one
 * record that a row names is filtered directly, `customer: { level: … }`, and gives group fields,
 * `customer.level`.
 */
export type Relation = {
  readonly to: () => Entity;
  /** The column here and the column there that must be equal. */
  readonly from: string;
  readonly foreign: string;
  /** There is one at most, as `foreign` is the other's id. */
  readonly isOne?: boolean;
  /** Which rows there count, over the row `alias`; all of them when left out. */
  readonly only?: (alias: string) => string;
};

type Options<Members extends Fields> = {
  readonly table?: string;
  readonly customFieldsOf?: string;
  readonly beside?: (alias: string) => string;
  readonly fields: Members;
  readonly access: AccessRule;
  readonly rowClasses?: readonly RowClass[];
  readonly relations?: Readonly<Record<string, Relation>>;
  readonly derived?: Readonly<Record<string, FieldClass>>;
  readonly guard?: Guard<Stamps & RowOf<Members>>;
  readonly isWide?: boolean;
  readonly pieced?: readonly string[];
};

/** Names a kind of record and says what it consists of. The table is named like the entity. */
export function defineEntity<const Members extends Fields>(
  name: string,
  options: Options<Members>,
): Entity<Stamps & RowOf<Members>> {
  const fields = { ...stamps, ...options.fields };
  const columns = columnsOf(fields, []);
  const readers = readersOf(fields, []);
  return {
    ...plainEntity(name),
    ...options,
    name,
    fields,
    ...indexed(columns),
    readers,
    readersByName: new Map(readers.map((reader) => [reader.name, reader])),
  };
}

/** An entity of which nothing in particular is said. */
const plainEntity = (name: string) =>
  ({
    table: name.charAt(0).toLowerCase() + name.slice(1),
    customFieldsOf: name,
    beside: () => '',
    rowClasses: [],
    relations: {},
    derived: {},
    guard: null,
    isWide: false,
  }) as const;

/** Columns, and how they are looked up. */
const indexed = (
  columns: readonly Column[],
): Pick<Entity, 'columns' | 'columnsByName' | 'givenByTop'> => ({
  columns,
  columnsByName: new Map(columns.map((column) => [column.name, column])),
  givenByTop: byTop(columns.filter(isGiven)),
});

const isGiven = ({ name, field: { managed, sql } }: Column): boolean =>
  name !== 'customFields' && !managed && !sql;

function byTop(columns: readonly Column[]): ReadonlyMap<string, readonly Column[]> {
  const found = new Map<string, Column[]>();
  for (const column of columns) {
    const [top = ''] = column.path;
    const others = found.get(top);
    if (others) others.push(column);
    else found.set(top, [column]);
  }
  return found;
}

/**
 * What is no record but has values that people read or give: an answer, an input, a part of a JSON
 * value. Only its metadata and its checks are of use.
 */
export function describeObject(name: string, fields: Fields): Entity {
  const entity = defineEntity(name, { fields: {}, access: { by: 'company' } });
  return { ...entity, fields, ...indexed(columnsOf(fields, [])) };
}

const isGroup = (field: Field | Group): field is Group => field.kind === 'group';

function columnsOf(fields: Fields, path: readonly string[]): Column[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const here = [...path, name];
    if (isGroup(field)) return columnsOf(field.members, here);
    const column = field.sql ? null : camelCase(here);
    return [{ path: here, name: here.join('.'), column, field }];
  });
}

const camelCase = (path: readonly string[]): string =>
  path.map((part, at) => (at === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1))).join('');

/** The entity without some fields, by dotted name: for projections, which nobody writes. */
export function withoutFields(entity: Entity, names: readonly string[]): Entity {
  return { ...entity, ...indexed(entity.columns.filter(({ name }) => !names.includes(name))) };
}

/** The entity with further fields, whose values its rows have too. */
export function withFields<Row extends Stamps>(entity: Entity<Row>, more: Fields): Entity<Row> {
  const fields = { ...entity.fields, ...more };
  const readers = readersOf(fields, []);
  return {
    ...entity,
    fields,
    ...indexed(columnsOf(fields, [])),
    readers,
    readersByName: new Map(readers.map((reader) => [reader.name, reader])),
  };
}

export const columnNamed = (entity: Entity, name: string): Column | undefined =>
  entity.columnsByName.get(name);

/** The value at a path of a row, or null when a group on the way is null. */
export function valueAt(row: unknown, path: readonly string[]): unknown {
  let value: unknown = row;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return null;
    value = Reflect.get(value, part);
  }
  return value ?? null;
}

/** A value as MySQL takes it. */
export function encode(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return field.kind === 'list' ? '[]' : null;
  if (field.kind === 'id') return typeof value === 'string' ? idToBytes(value) : value;
  if (field.kind === 'json' || field.kind === 'list') return JSON.stringify(value);
  return value;
}

const decoders: Partial<Record<FieldKind, (value: unknown) => unknown>> = {
  id: (value) => (value instanceof Uint8Array ? idFromBytes(value) : value),
  boolean: (value) => value === 1 || value === true,
  int: Number,
};

function decode({ kind }: Field, value: unknown): unknown {
  if (value === null || value === undefined) return kind === 'list' ? [] : null;
  return decoders[kind]?.(value) ?? value;
}

/** A row of the driver as a row of the entity. */
export function decodeRow<Row extends Stamps>(entity: Entity<Row>, raw: Raw): Row;
export function decodeRow(entity: Entity, raw: Raw): object {
  return readMembers(entity.readers, raw);
}

const emptyRows = new WeakMap<object, unknown>();

/** A row without any value, made once for each entity: new ones begin as copies of it. */
export function emptyRow<Row extends Stamps>(entity: Entity<Row>): Row;
export function emptyRow(entity: Entity): unknown {
  const known = emptyRows.get(entity);
  if (known !== undefined) return known;
  const made = readMembers(entity.readers, {});
  emptyRows.set(entity, made);
  return made;
}

/** The row with other values in the fields named, by dotted name. */
export function rowWith<Row extends Stamps>(entity: Entity<Row>, row: Row, values: Raw): Row;
export function rowWith(entity: Entity, row: object, values: Raw): object {
  const changed: Record<string, unknown> = { ...row };
  const groups = new Set<string>();
  for (const name of Object.keys(values)) {
    const reader = entity.readersByName.get(name);
    if (reader && !reader.isGroup) changed[name] = reader.read(values);
    else groups.add(topOf(name));
  }
  for (const top of groups) {
    const reader = entity.readersByName.get(top);
    if (reader) changed[top] = reader.read(groupWith(reader, row, values));
  }
  return changed;
}

function groupWith({ columns }: Reader, row: object, values: Raw): Raw {
  const raw: Record<string, unknown> = {};
  for (const { name, path } of columns) {
    raw[name] = Object.hasOwn(values, name) ? values[name] : valueAt(row, path);
  }
  return raw;
}

const topOf = (name: string): string => {
  const end = name.indexOf('.');
  return end < 0 ? name : name.slice(0, end);
};

/** Made once for each entity: a list reads thousands of rows. */
const readersOf = (fields: Fields, path: readonly string[]): Reader[] =>
  Object.entries(fields).map(([name, field]) => {
    const here = [...path, name];
    const key = here.join('.');
    if (!isGroup(field)) {
      return {
        name,
        isGroup: false,
        read: (raw) => decode(field, raw[key]),
        columns: columnsOf({ [name]: field }, path),
      };
    }
    const members = readersOf(field.members, here);
    return {
      name,
      isGroup: true,
      read: (raw) => readGroup(members, raw),
      columns: columnsOf(field.members, here),
    };
  });

function readMembers(readers: readonly Reader[], raw: Raw): Record<string, unknown> {
  const row = { ...blankOf(readers) };
  for (const { name, read } of readers) row[name] = read(raw);
  return row;
}

const blanks = new WeakMap<readonly Reader[], Readonly<Record<string, unknown>>>();

/**
 * What rows are copies of. An object that is given one key after the other becomes a dictionary,
 * and each copy of that costs ten times as much.
 */
function blankOf(readers: readonly Reader[]): Readonly<Record<string, unknown>> {
  const known = blanks.get(readers);
  if (known) return known;
  const made = Object.fromEntries(readers.map(({ name }) => [name, null]));
  blanks.set(readers, made);
  return made;
}

/** A group without any value is null. */
function readGroup(readers: readonly Reader[], raw: Raw): Record<string, unknown> | null {
  const group = readMembers(readers, raw);
  for (const { name } of readers) if (group[name] !== null) return group;
  return null;
}
