import type { EntityManager } from 'typeorm';
import { idFromBytes, idToBytes } from '../id.ts';
import type { Work } from '../record/command.ts';
import { valueAt } from '../record/entity.ts';
import { lockByIds } from '../record/store.ts';
import { sql, type Sql } from '../sql.ts';
import { writeMoved, type Plan, type Rows } from './moved-row.ts';
import { survivorsOf } from './survivor.ts';

/**
 * What `moveReferences` does for a list of ids. Two of its entries may become one, so it is kept
 * whom each entry that was moved has stood for.
 */
export async function moveEntries(work: Work, given: Rows, plan: Plan): Promise<void> {
  const { entity, field } = given;
  const ids = await affectedRows(work.manager, given, plan);
  const rows = await lockByIds(work.manager, entity, ids);
  const origins = await originsOf(work.manager, given, ids);
  const named = [...origins.values()].flat();
  const ends = await survivorsOf(work.manager, [...named, plan.move.survivorId], plan.kind);
  const family: EntryFamily = {
    mergedId: plan.move.mergedId,
    members: new Set(plan.family.members),
    endOf: (id) => ends.get(id) ?? id,
    target: ends.get(plan.move.survivorId) ?? plan.move.survivorId,
  };
  const moveOne = plan.move.isMerged ? mergeEntries : splitEntries;
  const moved = rows.map((before) => {
    const from = entriesOf(before, field);
    return { before, from, ...moveOne(from, origins.get(before.id) ?? [], family) };
  });
  await keepOrigins(work.manager, given, moved);
  const planned = moved
    .filter(({ from, to }) => from.join() !== to.join())
    .map(({ before, from, to }) => ({ before, changes: { [field]: { from, to } } }));
  await writeMoved(work, given, planned);
  if (!plan.move.isMerged) await forgetOrigins(work.manager, given, { origins, ...family });
}

type EntryFamily = {
  readonly mergedId: string;
  /** The merged one, and all that were merged into it. */
  readonly members: ReadonlySet<string>;
  readonly endOf: (id: string) => string;
  /** Where they were merged into. */
  readonly target: string;
};

type Moved = {
  readonly to: readonly string[];
  /** Those that entries come to stand for beside the ones known. */
  readonly added: readonly string[];
};

const entriesOf = (row: object, field: string): readonly string[] => {
  const value = valueAt(row, [field]);
  return Array.isArray(value) ? value.map(String) : [];
};

/** The survivor stands where the merged one stood, and stays what it was if it was named already. */
export function mergeEntries(
  entries: readonly string[],
  known: readonly string[],
  { mergedId, members, endOf, target }: EntryFamily,
): Moved {
  if (!entries.includes(mergedId)) return { to: entries, added: [] };
  const stood = new Set(known.map((id) => (members.has(id) ? mergedId : endOf(id))));
  return {
    to: [...new Set(entries.map((id) => (id === mergedId ? target : id)))],
    added: [mergedId, target].filter((id) => entries.includes(id) && !stood.has(id)),
  };
}

/** The merged one comes back beside the survivor, or in its place if the survivor was not named. */
export function splitEntries(
  entries: readonly string[],
  known: readonly string[],
  { mergedId, members, endOf, target }: EntryFamily,
): Moved {
  const stays = known.some((id) => !members.has(id) && endOf(id) === target);
  const back = stays ? [mergedId, target] : [mergedId];
  return {
    to: [...new Set(entries.flatMap((id) => (id === target ? back : [id])))],
    added: [],
  };
}

/** At a merge the rows that name the merged one, at its undoing those where an entry stood for it. */
async function affectedRows(
  manager: EntityManager,
  { entity, field, holding }: Rows,
  { move, family }: Plan,
): Promise<string[]> {
  if (!holding) throw new Error(`Say which rows of ${entity.name} hold an id in ${field}`);
  const wanted: Sql = move.isMerged
    ? holding(move.mergedId)
    : sql`SELECT DISTINCT rowId AS id FROM movedEntry
        WHERE originId IN (${family.members.map(idToBytes)}) AND entity = ${entity.name}
          AND field = ${field}`;
  const rows: { id: Uint8Array }[] = await manager.query(wanted.text, [...wanted.values]);
  return rows.map(({ id }) => idFromBytes(id));
}

type Kept = readonly {
  readonly before: { readonly id: string };
  readonly added: readonly string[];
}[];

async function keepOrigins(
  manager: EntityManager,
  { entity, field }: Rows,
  kept: Kept,
): Promise<void> {
  const rows = kept.flatMap(({ before, added }) =>
    added.map((origin) => [entity.name, field, idToBytes(before.id), idToBytes(origin)]),
  );
  if (rows.length === 0) return;
  await manager.query('INSERT IGNORE INTO movedEntry (entity, field, rowId, originId) VALUES ?', [
    rows,
  ]);
}

async function originsOf(
  manager: EntityManager,
  { entity, field }: Rows,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const origins = new Map<string, string[]>();
  if (ids.length === 0) return origins;
  const { text, values } = sql`SELECT rowId, originId FROM movedEntry
    WHERE entity = ${entity.name} AND field = ${field} AND rowId IN (${ids.map(idToBytes)})`;
  const rows: { rowId: Uint8Array; originId: Uint8Array }[] = await manager.query(text, [
    ...values,
  ]);
  for (const { rowId, originId } of rows) {
    const id = idFromBytes(rowId);
    origins.set(id, [...(origins.get(id) ?? []), idFromBytes(originId)]);
  }
  return origins;
}

type Standing = Pick<EntryFamily, 'endOf'> & {
  readonly origins: ReadonlyMap<string, readonly string[]>;
};

/** Who stands for nobody else, and for whom nobody stands, has not been moved. */
async function forgetOrigins(
  manager: EntityManager,
  { entity, field }: Rows,
  { origins, endOf }: Standing,
): Promise<void> {
  const settled = [...origins].flatMap(([rowId, known]) =>
    known
      .filter((id) => known.every((each) => (endOf(each) === id) === (each === id)))
      .map((id) => [idToBytes(rowId), idToBytes(id)]),
  );
  if (settled.length === 0) return;
  await manager.query(
    'DELETE FROM movedEntry WHERE entity = ? AND field = ? AND (rowId, originId) IN (?)',
    [entity.name, field, settled],
  );
}
