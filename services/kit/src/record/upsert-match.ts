import type { Work } from './command.ts';
import { columnNamed, encode, valueAt, type Column, type Entity, type Stamps } from './entity.ts';
import type { FieldProblem } from '../errors.ts';
import type { CheckedInput, Values } from './input.ts';
import { scopeSql } from './policy.ts';
import { raw, sql, type Sql } from '../sql.ts';
import { findByIds, selectRows } from './store.ts';
import { asText } from '../text.ts';

/** Matching follows the column's collation, which knows neither case nor accents. */
export function keyOf(names: readonly string[], valueOf: (name: string) => unknown): string | null {
  const parts = names.map((name) => valueOf(name) ?? null);
  return parts.includes(null) ? null : JSON.stringify(parts.map((part) => fold(asText(part))));
}

/* eslint-disable-next-line no-control-regex */
const plain = /^[\u0000-\u007f]*$/;

export const fold = (text: string): string =>
  plain.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replaceAll(/\p{Mn}/gu, '')
        .toLowerCase();

export type Match<Row> = {
  readonly row: Row;
  readonly isWritable: boolean;
  readonly isAmbiguous: boolean;
};

/** The records that rows mean, by their keys; locked, so that they stay what they are. */
export async function findMatches<Row extends Stamps>(
  { manager, viewer, now }: Work,
  entity: Entity<Row>,
  {
    matchOn,
    checked,
  }: { readonly matchOn: readonly string[]; readonly checked: readonly CheckedInput[] },
): Promise<ReadonlyMap<string, Match<Row>>> {
  const columns = matchOn.flatMap((name) => columnNamed(entity, name) ?? []);
  const wanted = checked.filter(
    ({ values }) => keyOf(matchOn, (name) => values.get(name)) !== null,
  );
  if (wanted.length === 0) return new Map();
  const keys = wanted.map(({ values }) =>
    columns.map(({ name, field }) => encode(field, values.get(name))),
  );
  const among = sql`t.deletedAt IS NULL AND ${isAmong(columns, keys)}`;
  const rows = await selectRows(manager, entity, sql`WHERE ${among} ORDER BY t.id FOR UPDATE`);
  if (rows.length === 0) return new Map();
  const scope = scopeSql(viewer, 'write', { entity, alias: 't', now });
  const ids = rows.map(({ id }) => id);
  const writable = new Set((await findByIds(manager, entity, { ids, scope })).map(({ id }) => id));
  const matches = new Map<string, Match<Row>>();
  for (const row of rows) {
    const key = keyOf(matchOn, (name) => valueAt(row, columnNamed(entity, name)?.path ?? [])) ?? '';
    matches.set(key, { row, isWritable: writable.has(row.id), isAmbiguous: matches.has(key) });
  }
  return matches;
}

/** `(a, b) IN ((…), …)`, which MySQL looks up in an index as it does a single column. */
function isAmong(columns: readonly Column[], keys: readonly (readonly unknown[])[]): Sql {
  const names = columns.map(({ column }) => `t.\`${column ?? ''}\``).join(', ');
  const mark = `(${columns.map(() => '?').join(', ')})`;
  return {
    text: `(${names}) IN (${keys.map(() => mark).join(', ')})`,
    values: keys.flat(),
  };
}

type Taken = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Who has the unique values that the rows ask for: by field, then by value, the record's id. */
export async function findTaken(
  { manager }: Work,
  entity: Entity,
  {
    unique,
    checked,
  }: { readonly unique: readonly string[]; readonly checked: readonly CheckedInput[] },
): Promise<Taken> {
  const taken = new Map<string, Map<string, string>>();
  for (const name of unique) {
    const values = checked.flatMap((each) => each.values.get(name) ?? []);
    if (values.length === 0) continue;
    const rows = await selectRows(
      manager,
      entity,
      sql`WHERE t.deletedAt IS NULL AND ${raw(`t.\`${columnNamed(entity, name)?.column ?? ''}\``)} IN (${values})`,
    );
    taken.set(
      name,
      new Map(
        rows.map((row) => [
          fold(String(valueAt(row, columnNamed(entity, name)?.path ?? []))),
          row.id,
        ]),
      ),
    );
  }
  return taken;
}

export const takenProblems = (
  taken: Taken,
  {
    unique,
    values,
    id,
  }: {
    readonly unique: readonly string[];
    readonly values: Values;
    readonly id: string | undefined;
  },
): FieldProblem[] =>
  unique.flatMap((name) => {
    const holder = taken.get(name)?.get(fold(asText(values.get(name))));
    return holder !== undefined && holder !== id
      ? [{ path: name, message: 'is taken by another record' }]
      : [];
  });
