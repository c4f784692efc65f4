import { readableTarget, readableValue, unknownField, type CriteriaScope } from './criteria.ts';
import { customFieldKind, customFieldNamed, singleCustomTarget } from './custom-field-sql.ts';
import { columnNamed, encode, type Column, type Stamps } from './entity.ts';
import { invalid } from '../errors.ts';
import { id as idField, type Field } from './field.ts';
import { writeListCursor } from './list-cursor.ts';
import { and, joinSql, or, raw, sql, type Sql } from '../sql.ts';

export type OrderBy = { readonly field: string; readonly direction?: 'ASC' | 'DESC' };

export type SortKey = {
  readonly name: string;
  readonly target: string;
  readonly valueOf: (row: Stamps) => unknown;
  readonly field: Field;
  readonly isAscending: boolean;
};

const keysMax = 4;
const customPrefix = 'custom.';

/** The keys to sort by, ended by the id so that the order is total. Newest first when none is given. */
export function readSort(
  scope: CriteriaScope,
  orderBy: readonly OrderBy[],
  isReversed = false,
): SortKey[] {
  if (orderBy.length > keysMax) throw invalid(`At most ${keysMax} sort keys`);
  const keys = orderBy.map((order) => readKey(scope, order));
  const idKey: SortKey = {
    name: 'id',
    target: `${scope.alias}.id`,
    valueOf: ({ id }) => id,
    field: idField({ label: { zh: '编号', en: 'Id' } }),
    isAscending: keys.at(-1)?.isAscending ?? false,
  };
  const all = keys.some(({ name }) => name === 'id') ? keys : [...keys, idKey];
  return isReversed ? all.map((key) => ({ ...key, isAscending: !key.isAscending })) : all;
}

function readKey(scope: CriteriaScope, { field: name, direction }: OrderBy): SortKey {
  const isAscending = direction !== 'DESC';
  if (name.startsWith(customPrefix)) {
    const custom = customFieldNamed(scope, name.slice(customPrefix.length));
    const field: Field = { kind: customFieldKind[custom.type], label: custom.labels };
    const valueOf = ({ customFields }: Stamps): unknown => customFields?.[custom.key] ?? null;
    const target = singleCustomTarget(custom, scope.alias);
    return { name, target, valueOf, field, isAscending };
  }
  const column = columnNamed(scope.entity, name);
  if (!column) throw unknownField(scope.entity, name);
  if (column.field.kind === 'list' || column.field.kind === 'json') {
    throw invalid(`${scope.entity.name} can't be sorted by ${name}`);
  }
  return {
    name,
    target: sortTarget(scope, column),
    valueOf: (row) => readableValue(scope, column, row),
    field: column.field,
    isAscending,
  };
}

/** A closed value goes by its place in the list, which is what MySQL orders an ENUM column by. */
function sortTarget(scope: CriteriaScope, column: Column): string {
  const target = readableTarget(scope, column);
  const { kind, sql: isComputed, values = [] } = column.field;
  return kind === 'enum' && isComputed
    ? `NULLIF(FIELD(${target}, ${values.map((value) => `'${value}'`).join(', ')}), 0)`
    : target;
}

export const orderSql = (keys: readonly SortKey[]): Sql =>
  joinSql(
    keys.map(({ target, isAscending }) => raw(`${target} ${isAscending ? 'ASC' : 'DESC'}`)),
    ', ',
  );

/** Where a row stands in the order: opaque to clients, valid for the same sort only. */
export const cursorOf = (keys: readonly SortKey[], row: Stamps): string =>
  writeListCursor(
    keys.map(({ name }) => name),
    keys.map(({ valueOf }) => valueOf(row)),
  );

/** The rows that come after a cursor; all without one. NULL is less than every value, as in MySQL. */
export function afterCursor(keys: readonly SortKey[], cursor: string | null): Sql {
  if (cursor === null) return raw('TRUE');
  const values = readCursor(keys, cursor);
  const [first] = keys;
  const branches = keys.map((key, at) =>
    and([
      ...keys.slice(0, at).map((same, index) => sql`${raw(same.target)} <=> ${values[index]}`),
      beyond(key, values[at]),
    ]),
  );
  // The same bound once more on the first key alone lets MySQL start inside the index.
  return first ? and([from(first, values[0]), or(branches)]) : raw('TRUE');
}

function beyond({ target, isAscending }: SortKey, value: unknown): Sql {
  if (value === null) return raw(isAscending ? `${target} IS NOT NULL` : 'FALSE');
  if (isAscending) return sql`${raw(target)} > ${value}`;
  return sql`(${raw(target)} < ${value} OR ${raw(target)} IS NULL)`;
}

function from({ target, isAscending }: SortKey, value: unknown): Sql {
  if (value === null) return raw(isAscending ? 'TRUE' : `${target} IS NULL`);
  if (isAscending) return sql`${raw(target)} >= ${value}`;
  return sql`(${raw(target)} <= ${value} OR ${raw(target)} IS NULL)`;
}

function readCursor(keys: readonly SortKey[], cursor: string): unknown[] {
  const parsed = parseCursor(cursor);
  if (parsed.length !== keys.length + 1 || parsed[0] !== keys.map(({ name }) => name).join()) {
    throw invalid('The cursor is not one of this list and sort');
  }
  return keys.map(({ field }, at) => decodeKey(field, parsed[at + 1]));
}

function decodeKey(field: Field, value: unknown): unknown {
  if (typeof value === 'object' && value !== null) throw damaged();
  if (field.kind === 'enum') return value === null ? null : placeOf(field, value);
  if (field.kind === 'dateTime' && typeof value === 'string') return new Date(value);
  return encode(field, customBoolean(field, value));
}

/** Of a custom field, whose truth is a text in SQL. */
const customBoolean = ({ kind }: Field, value: unknown): unknown =>
  kind === 'text' && typeof value === 'boolean' ? String(value) : value;

/** MySQL compares an ENUM with a text by its letters, and with a number by its place from 1. */
function placeOf({ values = [] }: Field, value: unknown): number {
  const at = values.findIndex((each) => each === value);
  if (at < 0) throw damaged();
  return at + 1;
}

const damaged = (): Error => invalid('The cursor is damaged');

function parseCursor(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
