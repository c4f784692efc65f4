import { AppError } from '../errors.ts';
import { and, raw, sql, type Sql } from '../sql.ts';
import type { Work } from './command.ts';
import { customColumn } from './custom-field-sql.ts';
import { columnNamed, encode, valueAt, type Entity, type Stamps } from './entity.ts';
import { scopeSql } from './policy.ts';
import { columnSql, selectRows } from './store.ts';

/** Unique keys are named after the field that they keep unique: `unique_registrationNumber`. */
const duplicateKey = /for key '(?:\w+\.)?unique_(\w+)'/;

/** The field whose value is taken, when that is what MySQL refused. */
export function duplicateField(error: unknown): string | null {
  if (!(error instanceof Error) || Reflect.get(error, 'errno') !== 1062) return null;
  const name = duplicateKey.exec(error.message)?.[1] ?? null;
  return name?.replace(/^custom_/, customPrefix) ?? null;
}

const customPrefix = 'customFields.';

export const duplicate = (field: string, cause: unknown, existingId?: string): AppError =>
  new AppError('DUPLICATE', `Another record has this ${field}`, {
    fields: [{ path: field, message: 'is taken by another record' }],
    ...(existingId !== undefined && { existingId }),
    cause,
  });

/** Stores one record. When a unique value of it is taken, the refusal names who has it. */
export async function naming<Row extends Stamps, Result>(
  { work, entity, row }: { readonly work: Work; readonly entity: Entity<Row>; readonly row: Row },
  store: () => Promise<Result>,
): Promise<Result> {
  try {
    return await store();
  } catch (error) {
    const field = duplicateField(error);
    if (field === null) throw error;
    throw duplicate(field, error, await holderOf(work, entity, { row, field }));
  }
}

/** A live record with the same value, if there is one that the viewer may read. */
async function holderOf<Row extends Stamps>(
  { manager, viewer, now }: Work,
  entity: Entity<Row>,
  { row, field }: { readonly row: Row; readonly field: string },
): Promise<string | undefined> {
  const same = field.startsWith(customPrefix)
    ? [sameCustom(field.slice(customPrefix.length), row)]
    : sameValues(entity, row, field);
  const scope = scopeSql(viewer, 'read', { entity, alias: 't', now });
  const [holder] = await selectRows(
    manager,
    entity,
    sql`WHERE ${and([...same, raw('t.deletedAt IS NULL'), scope])} LIMIT 1`,
  );
  return holder?.id;
}

function sameValues<Row extends Stamps>(entity: Entity<Row>, row: Row, field: string): Sql[] {
  // A reference is unique within its source.
  const names = field === 'externalRef' ? [field, 'source'] : [field];
  return names
    .flatMap((name) => columnNamed(entity, name) ?? [])
    .map(
      (column) =>
        sql`${raw(columnSql(column, 't'))} = ${encode(column.field, valueAt(row, column.path))}`,
    );
}

const sameCustom = (key: string, { customFields }: Stamps): Sql =>
  sql`${raw(`t.\`${customColumn(key)}\``)} = ${customFields?.[key] ?? null}`;
