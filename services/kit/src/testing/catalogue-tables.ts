import type { Database } from '../database/database.ts';
import type { Entity } from '../record/entity.ts';
import type { Field, FieldKind } from '../record/field.ts';

type StoredColumn = {
  readonly tableName: string;
  readonly columnName: string;
  readonly dataType: string;
  readonly columnType: string;
  readonly characters: number | null;
  readonly scale: number | null;
};

export type StoredColumns = ReadonlyMap<string, StoredColumn>;

export async function readColumns(db: Database): Promise<StoredColumns> {
  const rows: StoredColumn[] = await db.query(
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS columnName, DATA_TYPE AS dataType,
       COLUMN_TYPE AS columnType, CHARACTER_MAXIMUM_LENGTH AS characters, NUMERIC_SCALE AS scale
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()`,
  );
  return new Map(rows.map((row) => [`${row.tableName}.${row.columnName}`, row]));
}

/** Where a table does not hold what the catalogue says of its columns. */
export const tableProblems = (entity: Entity, columns: StoredColumns): string[] =>
  entity.columns.flatMap(({ name, column, field }) => {
    if (column === null) return [];
    const stored = columns.get(`${entity.table}.${column}`);
    if (!stored) return [`${entity.name}.${name}: no column ${entity.table}.${column}`];
    return isFitting(field, stored)
      ? []
      : [`${entity.name}.${name}: ${stored.columnType} does not hold ${describe(field)}`];
  });

const describe = ({ kind, max, scale, values }: Field): string =>
  [kind, max ?? scale ?? '', values?.join(', ') ?? ''].filter((part) => part !== '').join(' ');

const dataTypes: Readonly<Record<FieldKind, readonly string[]>> = {
  boolean: ['tinyint', 'bigint', 'int'],
  date: ['date'],
  dateTime: ['datetime'],
  decimal: ['decimal'],
  enum: ['enum'],
  id: ['binary'],
  int: ['bigint', 'int', 'smallint', 'tinyint'],
  json: ['json'],
  list: ['json'],
  term: ['char', 'text', 'varchar'],
  text: ['char', 'mediumtext', 'text', 'varchar'],
};

type Fits = (field: Field, stored: StoredColumn) => boolean;

/** MySQL gives the length of its TEXT types in bytes, four of which a character may take. */
const holdsText: Fits = ({ max = 0 }, { dataType, characters }) =>
  (characters ?? 0) >= max * (dataType.endsWith('text') ? 4 : 1);

const fits: Partial<Record<FieldKind, Fits>> = {
  text: holdsText,
  term: holdsText,
  decimal: (field, stored) => (stored.scale ?? 0) >= (field.scale ?? 0),
  // In the same order, for MySQL sorts by it and pages go by the order of the catalogue.
  enum: ({ values = [] }, { columnType }) => columnType === `enum('${values.join("','")}')`,
};

const isFitting = (field: Field, stored: StoredColumn): boolean =>
  dataTypes[field.kind].includes(stored.dataType) && (fits[field.kind]?.(field, stored) ?? true);
