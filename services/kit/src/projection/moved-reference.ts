import { idFromBytes, idToBytes } from '../id.ts';
import type { Work } from '../record/command.ts';
import type { Column, Entity, Stamps } from '../record/entity.ts';
import { valueAt } from '../record/entity.ts';
import { writeChanges, type Change } from '../record/record.ts';
import { lockByIds } from '../record/store.ts';
import { joinSql, raw, sql, type Sql } from '../sql.ts';
import { membersOf, survivorsOf } from './survivor.ts';

/** Records that name customers, and how others are told that some of them name another one now. */
export type References<Row extends Stamps = Stamps> = {
  readonly entity: Entity<Row>;
  /** Which of its rows, as `t`, may become the survivor's; the others stay what they are. */
  readonly only?: (survivorId: string) => Sql;
  /** Given rows of the entity, in lists of references to records of different kinds too. */
  tell(this: void, work: Work, changes: readonly Change<Row>[]): Promise<void>;
};

/** The fields of a kind of record that name customers, as the catalogue says. */
export const customerFields = ({ columns }: Entity): readonly Column[] =>
  columns.filter(({ field }) => field.references === 'Customer' || field.names === 'Customer');

type Move = {
  readonly customerId: string;
  /** What it was merged into. */
  readonly survivorId: string;
  /** False when that is undone. */
  readonly isMerged: boolean;
};

/**
 * Has records follow their customer after it was merged, or come back after that was undone. Each
 * record's first customer is kept, so that it comes to stand where the chain of merges ends now,
 * whatever the order in which merges are told and undone. What was recorded for the survivor stays.
 */
export async function moveReferences(
  work: Work,
  given: readonly References[],
  move: Move,
): Promise<void> {
  const family = await familyOf(work, move);
  for (const { entity, tell, only } of given) {
    for (const { column } of customerFields(entity)) {
      if (column !== null)
        await moveRows(work, { entity, tell, only, field: column }, { move, family });
    }
  }
}

/** How many records name a customer, counted no further than one above `max`. */
export async function countReferences(
  { manager }: Work,
  given: readonly References[],
  { customerId, max }: { readonly customerId: string; readonly max: number },
): Promise<number> {
  const parts = given.flatMap(({ entity }) =>
    customerFields(entity).map(
      ({ column }) =>
        sql`SELECT 1 FROM ${raw(`\`${entity.table}\` WHERE \`${column}\``)} = ${idToBytes(customerId)}`,
    ),
  );
  const { text, values } = sql`SELECT COUNT(*) AS total
    FROM (${joinSql(parts, ' UNION ALL ')} LIMIT ${raw(String(max + 1))}) AS found`;
  const [row]: { total: number }[] = await manager.query(text, [...values]);
  return row?.total ?? 0;
}

type Family = {
  /** The customer, and all that were merged into it. */
  readonly members: readonly string[];
  /** Where each of them ends. */
  readonly ends: ReadonlyMap<string, string>;
  /** Where their records may stand now; those that somebody has given to another customer stay. */
  readonly places: ReadonlySet<unknown>;
};

async function familyOf({ manager }: Work, { customerId, survivorId }: Move): Promise<Family> {
  const members = await membersOf(manager, customerId);
  const survivors = await survivorsOf(manager, [...members, survivorId]);
  const endOf = (id: string): string => survivors.get(id) ?? id;
  return {
    members,
    ends: new Map(members.map((id) => [id, endOf(id)])),
    places: new Set([...members, survivorId, endOf(survivorId), ...members.map(endOf)]),
  };
}

type Rows = Omit<References, 'only'> & {
  readonly field: string;
  readonly only: References['only'] | undefined;
};
type Plan = { readonly move: Move; readonly family: Family };

async function moveRows(
  work: Work,
  { entity, tell, only, field }: Rows,
  { move, family }: Plan,
): Promise<void> {
  if (move.isMerged) await keepOrigins(work, { entity, field, only }, move);
  const origins = await originsOf(work, { entity, field }, family.members);
  const rows = await lockByIds(work.manager, entity, [...origins.keys()]);
  const planned = rows.flatMap((before) => {
    const to = family.ends.get(origins.get(before.id) ?? '');
    const from = valueAt(before, [field]);
    return to === undefined || to === from || !family.places.has(from)
      ? []
      : [{ before, changes: { [field]: { from, to } } }];
  });
  // What is deleted follows silently: an event would bring it back elsewhere.
  const [live, deleted] = [
    planned.filter(({ before }) => before.deletedAt === null),
    planned.filter(({ before }) => before.deletedAt !== null),
  ];
  await tell(work, await writeChanges(work, entity, live));
  for (const { before, changes } of deleted) {
    await work.manager.query(`UPDATE \`${entity.table}\` SET \`${field}\` = ? WHERE id = ?`, [
      idToBytes(String(changes[field]?.to)),
      idToBytes(before.id),
    ]);
  }
  if (!move.isMerged) await forgetOrigins(work, { entity, field }, move.customerId);
}

type Place = { readonly entity: Entity; readonly field: string };

/** A record that has come from elsewhere before keeps its first customer. */
async function keepOrigins(
  { manager }: Work,
  { entity, field, only }: Omit<Rows, 'tell'>,
  { customerId, survivorId }: Move,
): Promise<void> {
  const { text, values } = sql`INSERT INTO movedReference (entity, field, rowId, originId)
    SELECT ${entity.name}, ${field}, t.id, ${idToBytes(customerId)}
    FROM ${raw(`\`${entity.table}\``)} t WHERE ${raw(`t.\`${field}\``)} = ${idToBytes(customerId)}
      AND ${only?.(survivorId) ?? raw('TRUE')}
    ON DUPLICATE KEY UPDATE originId = movedReference.originId`;
  await manager.query(text, [...values]);
}

async function originsOf(
  { manager }: Work,
  { entity, field }: Place,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { text, values } = sql`SELECT rowId, originId FROM movedReference
    WHERE originId IN (${customerIds.map(idToBytes)}) AND entity = ${entity.name}
      AND field = ${field}`;
  const rows: { rowId: Uint8Array; originId: Uint8Array }[] = await manager.query(text, [
    ...values,
  ]);
  return new Map(rows.map(({ rowId, originId }) => [idFromBytes(rowId), idFromBytes(originId)]));
}

async function forgetOrigins(
  { manager }: Work,
  { entity, field }: Place,
  customerId: string,
): Promise<void> {
  const { text, values } = sql`DELETE FROM movedReference
    WHERE originId = ${idToBytes(customerId)} AND entity = ${entity.name} AND field = ${field}`;
  await manager.query(text, [...values]);
}
