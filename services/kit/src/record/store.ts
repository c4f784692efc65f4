import type { EntityManager } from 'typeorm';
import { decodeRow, encode, valueAt, type Column, type Entity, type Stamps } from './entity.ts';
import { idToBytes } from '../id.ts';
import { and, joinSql, raw, sql, type Sql } from '../sql.ts';

/** Rows and bulk statements are cut into parts of this many rows. */
const rowsPerStatement = 500;

const quote = (name: string): string => `\`${name}\``;

export const columnSql = (column: Column, alias: string): string =>
  column.field.sql ? column.field.sql(alias) : `${alias}.${quote(column.column ?? '')}`;

/** Every column of the entity under its dotted name, ready for `decodeRow`. */
export const selectList = (entity: Entity, alias: string): string =>
  entity.columns.map((column) => `${columnSql(column, alias)} AS ${quote(column.name)}`).join(', ');

/** The table of an entity, and what stands beside it. */
export const tableSql = (entity: Entity, alias: string): string =>
  `${quote(entity.table)} ${alias} ${entity.beside(alias)}`;

/** Reads rows with whatever follows `FROM table t`. */
export async function selectRows<Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  rest: Sql,
): Promise<Row[]> {
  const rows: Record<string, unknown>[] = await manager.query(
    `SELECT ${selectList(entity, 't')} FROM ${tableSql(entity, 't')} ${rest.text}`,
    [...rest.values],
  );
  return rows.map((row) => decodeRow(entity, row));
}

/** The rows with these ids that `scope` lets through, in no order; deleted ones are left out. */
export const findByIds = <Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  { ids, scope = sql`TRUE` }: { readonly ids: readonly string[]; readonly scope?: Sql },
): Promise<Row[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : selectRows(
        manager,
        entity,
        sql`WHERE ${and([sql`t.id IN (${ids.map(idToBytes)})`, sql`t.deletedAt IS NULL`, scope])}`,
      );

/** Reads a row that no one else may change until this transaction ends; deleted ones too. */
export async function lockById<Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  id: string,
): Promise<Row | null> {
  const [row] = await selectRows(manager, entity, sql`WHERE t.id = ${idToBytes(id)} FOR UPDATE`);
  return row ?? null;
}

/** Locks many rows at once, in the order of their ids so that two such calls never deadlock. */
export const lockByIds = <Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  ids: readonly string[],
): Promise<Row[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : selectRows(
        manager,
        entity,
        sql`WHERE t.id IN (${ids.map(idToBytes)}) ORDER BY t.id FOR UPDATE`,
      );

/** Inserts rows. A column that none of a statement's rows has a value for is left to be NULL. */
export async function insertRows<Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  rows: readonly Row[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    const part = rows.slice(at, at + rowsPerStatement);
    const columns = storedColumns(entity)
      .map(({ column, path, field }) => ({
        column,
        values: part.map((row) => encode(field, valueAt(row, path))),
      }))
      .filter(({ values }) => values.some((value) => value !== null));
    const names = columns.map(({ column }) => quote(column)).join(', ');
    await manager.query(`INSERT INTO ${quote(entity.table)} (${names}) VALUES ?`, [
      part.map((_, row) => columns.map(({ values }) => values[row])),
    ]);
  }
}

type RowUpdate<Row> = {
  readonly row: Row;
  /** Beside these, the version and the stamps are written, which every change moves. */
  readonly fields: readonly string[];
};

/** Writes the named fields of rows: those that change the same fields with one statement. */
export async function updateRows<Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  updates: readonly RowUpdate<Row>[],
): Promise<void> {
  for (const { rows, names } of byFields(updates)) {
    const columns = storedColumns(entity).filter(({ name }) => names.has(name));
    for (let at = 0; at < rows.length; at += rowsPerStatement) {
      const { text, values } = updateSql(entity, columns, rows.slice(at, at + rowsPerStatement));
      await manager.query(text, [...values]);
    }
  }
}

const movedByEveryChange = ['version', 'updatedAt', 'updatedById', 'deletedAt'] as const;

type Alike<Row> = { readonly rows: Row[]; readonly names: ReadonlySet<string> };

function byFields<Row>(updates: readonly RowUpdate<Row>[]): Iterable<Alike<Row>> {
  const groups = new Map<string, Alike<Row>>();
  for (const { row, fields } of updates) {
    const key = fields.toSorted().join();
    const group = groups.get(key) ?? {
      rows: [],
      names: new Set([...fields, ...movedByEveryChange]),
    };
    group.rows.push(row);
    groups.set(key, group);
  }
  return groups.values();
}

function updateSql<Row extends Stamps>(
  entity: Entity<Row>,
  columns: readonly StoredColumn[],
  rows: readonly Row[],
): Sql {
  const places = columns.map((_, at) => `v${at}`);
  const tuples = rows.map(
    (row) =>
      sql`ROW(${[idToBytes(row.id), ...columns.map(({ path, field }) => encode(field, valueAt(row, path)))]})`,
  );
  const assignments = columns.map(({ column }, at) => `t.${quote(column)} = v.v${at}`).join(', ');
  return sql`UPDATE ${raw(quote(entity.table))} t
    JOIN (VALUES ${joinSql(tuples, ', ')}) AS v (id, ${raw(places.join(', '))}) ON t.id = v.id
    SET ${raw(assignments)}`;
}

type StoredColumn = Column & { readonly column: string };

const storedColumns = (entity: Entity): StoredColumn[] =>
  entity.columns.flatMap((column) =>
    column.column === null ? [] : [{ ...column, column: column.column }],
  );
