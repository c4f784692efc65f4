import { idFromBytes, idToBytes } from '../id.ts';
import type { Work } from '../record/command.ts';
import { valueAt, type Column, type Entity } from '../record/entity.ts';
import { lockByIds } from '../record/store.ts';
import { joinSql, raw, sql, type Sql } from '../sql.ts';
import { moveEntries } from './moved-entry.ts';
import {
  writeMoved,
  type Family,
  type Move,
  type Plan,
  type References,
  type Rows,
} from './moved-row.ts';
import { membersOf, mergedCustomers, survivorsOf, type Mergeable } from './survivor.ts';

export type { References } from './moved-row.ts';

/** The fields of a kind of record that name records of a kind, as the catalogue says. */
export const fieldsNaming = ({ columns }: Entity, name: string): readonly Column[] =>
  columns.filter(({ field }) => field.references === name || field.names === name);

/**
 * Has records follow the customer, or the person, that they name after it was merged, or come back
 * after that was undone. Whom each record named first is kept, so that it comes to stand where the
 * chain of merges ends now, whatever the order in which merges are told and undone. What was
 * recorded for the survivor stays.
 */
export async function moveReferences(
  work: Work,
  given: readonly References[],
  { kind = mergedCustomers, ...move }: Move & { readonly kind?: Mergeable },
): Promise<void> {
  const family = await familyOf(work, move, kind);
  for (const references of given) {
    for (const { column, field } of fieldsNaming(references.entity, kind.name)) {
      if (column === null) continue;
      const moveAll = field.kind === 'list' ? moveEntries : moveRows;
      await moveAll(work, { ...references, field: column }, { kind, move, family });
    }
  }
}

/** How many records name one that is to be merged, counted no further than one above `max`. */
export async function countReferences(
  { manager }: Work,
  given: readonly References[],
  { id, max, kind = mergedCustomers }: Counting,
): Promise<number> {
  const parts = given.flatMap(({ entity, holding }) =>
    fieldsNaming(entity, kind.name).flatMap(({ column, field }): Sql[] => {
      if (field.kind === 'list') return holding ? [holding(id)] : [];
      const place = raw(`\`${entity.table}\` WHERE \`${column}\``);
      return [sql`SELECT id FROM ${place} = ${idToBytes(id)}`];
    }),
  );
  const { text, values } = sql`SELECT COUNT(*) AS total
    FROM (${joinSql(parts, ' UNION ALL ')} LIMIT ${raw(String(max + 1))}) AS found`;
  const [row]: { total: number }[] = await manager.query(text, [...values]);
  return row?.total ?? 0;
}

type Counting = { readonly id: string; readonly max: number; readonly kind?: Mergeable };

async function familyOf(
  { manager }: Work,
  { mergedId, survivorId }: Move,
  kind: Mergeable,
): Promise<Family> {
  const members = await membersOf(manager, mergedId, kind);
  const survivors = await survivorsOf(manager, [...members, survivorId], kind);
  const endOf = (id: string): string => survivors.get(id) ?? id;
  return {
    members,
    ends: new Map(members.map((id) => [id, endOf(id)])),
    places: new Set([...members, survivorId, endOf(survivorId), ...members.map(endOf)]),
  };
}

async function moveRows(work: Work, given: Rows, { move, family }: Plan): Promise<void> {
  const { entity, field } = given;
  if (move.isMerged) await keepOrigins(work, given, move);
  const origins = await originsOf(work, { entity, field }, family.members);
  const rows = await lockByIds(work.manager, entity, [...origins.keys()]);
  const planned = rows.flatMap((before) => {
    const to = family.ends.get(origins.get(before.id) ?? '');
    const from = valueAt(before, [field]);
    return to === undefined || to === from || !family.places.has(from)
      ? []
      : [{ before, changes: { [field]: { from, to } } }];
  });
  await writeMoved(work, given, planned);
  if (!move.isMerged) await forgetOrigins(work, given, move.mergedId);
}

type Place = { readonly entity: Entity; readonly field: string };

/** A record that has come from elsewhere before keeps whom it named first. */
async function keepOrigins(
  { manager }: Work,
  { entity, field, only }: Rows,
  { mergedId, survivorId }: Move,
): Promise<void> {
  const { text, values } = sql`INSERT INTO movedReference (entity, field, rowId, originId)
    SELECT ${entity.name}, ${field}, t.id, ${idToBytes(mergedId)}
    FROM ${raw(`\`${entity.table}\``)} t WHERE ${raw(`t.\`${field}\``)} = ${idToBytes(mergedId)}
      AND ${only?.(survivorId) ?? raw('TRUE')}
    ON DUPLICATE KEY UPDATE originId = movedReference.originId`;
  await manager.query(text, [...values]);
}

async function originsOf(
  { manager }: Work,
  { entity, field }: Place,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { text, values } = sql`SELECT rowId, originId FROM movedReference
    WHERE originId IN (${ids.map(idToBytes)}) AND entity = ${entity.name}
      AND field = ${field}`;
  const rows: { rowId: Uint8Array; originId: Uint8Array }[] = await manager.query(text, [
    ...values,
  ]);
  return new Map(rows.map(({ rowId, originId }) => [idFromBytes(rowId), idFromBytes(originId)]));
}

async function forgetOrigins(
  { manager }: Work,
  { entity, field }: Place,
  mergedId: string,
): Promise<void> {
  const { text, values } = sql`DELETE FROM movedReference
    WHERE originId = ${idToBytes(mergedId)} AND entity = ${entity.name} AND field = ${field}`;
  await manager.query(text, [...values]);
}
