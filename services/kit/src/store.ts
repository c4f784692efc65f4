import type { EntityManager } from 'typeorm';
import { decodeRow, encode, valueAt, type Column, type Entity, type Stamps } from './entity.ts';
import { idToBytes } from './id.ts';
import { and, joinSql, sql, type Sql } from './sql.ts';

/** Rows and bulk statements are cut into parts of this many rows. */
const rowsPerStatement = 500;

const quote = (name: string): string => `\`${name}\``;

export const columnSql = (column: Column, alias: string): string =>
  column.field.sql ? column.field.sql(alias) : `${alias}.${quote(column.column ?? '')}`;

/** Every column of the entity under its dotted name, ready for `decodeRow`. */
export const selectList = (entity: Entity, alias: string): string =>
  entity.columns.map((column) => `${columnSql(column, alias)} AS ${quote(column.name)}`).join(', ');

/** Reads rows with whatever follows `FROM table t`. */
export async function selectRows<Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  rest: Sql,
): Promise<Row[]> {
  const rows: Record<string, unknown>[] = await manager.query(
    `SELECT ${selectList(entity, 't')} FROM ${quote(entity.table)} t ${rest.text}`,
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

export async function insertRows<Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  rows: readonly Row[],
): Promise<void> {
  const columns = storedColumns(entity);
  const names = columns.map(({ column }) => quote(column)).join(', ');
  const marks = `(${columns.map(() => '?').join(', ')})`;
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    const part = rows.slice(at, at + rowsPerStatement);
    await manager.query(
      `INSERT INTO ${quote(entity.table)} (${names}) VALUES ${part.map(() => marks).join(', ')}`,
      part.flatMap((row) => columns.map(({ path, field }) => encode(field, valueAt(row, path)))),
    );
  }
}

/** Writes the named fields of a row, and its version and stamps, which every change moves. */
export async function updateRow<Row extends Stamps>(
  manager: EntityManager,
  entity: Entity<Row>,
  { row, fields }: { readonly row: Row; readonly fields: readonly string[] },
): Promise<void> {
  const names = new Set([...fields, 'version', 'updatedAt', 'updatedById', 'deletedAt']);
  const changed = storedColumns(entity).filter(({ name }) => names.has(name));
  const assignments = joinSql(
    changed.map(({ column, path, field }) => ({
      text: `${quote(column)} = ?`,
      values: [encode(field, valueAt(row, path))],
    })),
    ', ',
  );
  const { text, values } = sql`SET ${assignments} WHERE id = ${idToBytes(row.id)}`;
  await manager.query(`UPDATE ${quote(entity.table)} ${text}`, [...values]);
}

const storedColumns = (entity: Entity): (Column & { readonly column: string })[] =>
  entity.columns.flatMap((column) =>
    column.column === null ? [] : [{ ...column, column: column.column }],
  );
