import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../context.ts';
import { idFromBytes, idToBytes, isId } from '../id.ts';
import { loaderBy, type Loader } from '../record/loader.ts';
import { raw, sql } from '../sql.ts';

/** A kind of record of which two can be made one, and the table that keeps which became which. */
export type Mergeable = {
  /** As the catalogue names it in `references` and `names`. */
  readonly name: string;
  readonly table: string;
};

export const mergedCustomers: Mergeable = { name: 'Customer', table: 'mergedCustomer' };

/** The record that each of the ids means now, for those that were merged; others are left out. */
export async function survivorsOf(
  manager: EntityManager,
  ids: readonly string[],
  { table }: Mergeable = mergedCustomers,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)].filter(isId).map(idToBytes);
  if (wanted.length === 0) return new Map();
  const { text, values } = sql`SELECT id, endId FROM ${raw(table)} WHERE id IN (${wanted})`;
  const rows: { id: Uint8Array; endId: Uint8Array }[] = await manager.query(text, [...values]);
  return new Map(rows.map(({ id, endId }) => [idFromBytes(id), idFromBytes(endId)]));
}

/** The record itself, and all that were merged into it, through others too. */
export async function membersOf(
  manager: EntityManager,
  survivorId: string,
  { table }: Mergeable = mergedCustomers,
): Promise<string[]> {
  const members = new Set([survivorId]);
  let level = [survivorId];
  while (level.length > 0) {
    const { text, values } =
      sql`SELECT id FROM ${raw(table)} WHERE survivorId IN (${level.map(idToBytes)})`;
    const rows: { id: Uint8Array }[] = await manager.query(text, [...values]);
    level = rows.map(({ id }) => idFromBytes(id)).filter((id) => !members.has(id));
    for (const id of level) members.add(id);
  }
  return [...members];
}

/** The id by which a customer is known now, for all customers of a request in one statement. */
export function currentCustomerLoader({ app }: RequestContext): Loader<string> {
  return loaderBy(async (ids) => {
    const survivors = await survivorsOf(app.db.manager, ids);
    return new Map(ids.map((id) => [id, survivors.get(id) ?? id]));
  });
}

/** The rows with the customers that they name as they are known now. */
export async function withCurrentCustomers<Row extends { readonly customerId?: string | null }>(
  manager: EntityManager,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const survivors = await survivorsOf(
    manager,
    rows.flatMap(({ customerId }) => customerId ?? []),
  );
  return rows.map((row) => {
    const customerId = survivors.get(row.customerId ?? '');
    return customerId === undefined ? row : { ...row, customerId };
  });
}

/** One merge at a time: each may change where others end. */
async function lockMerges(manager: EntityManager, { table }: Mergeable): Promise<void> {
  await manager.query(`SELECT id FROM ${table} WHERE id = ? FOR UPDATE`, [Buffer.alloc(16)]);
}

/** Keeps a merge, and where the chains that end in it end now. */
export async function saveMerged(
  manager: EntityManager,
  { id, survivorId }: { readonly id: string; readonly survivorId: string },
  kind: Mergeable = mergedCustomers,
): Promise<void> {
  await lockMerges(manager, kind);
  const endId = (await survivorsOf(manager, [survivorId], kind)).get(survivorId) ?? survivorId;
  await manager.query(
    `INSERT INTO ${kind.table} (id, survivorId, endId) VALUES (?, ?, ?) AS fresh
     ON DUPLICATE KEY UPDATE survivorId = fresh.survivorId, endId = fresh.endId`,
    [id, survivorId, endId].map(idToBytes),
  );
  await manager.query(`UPDATE ${kind.table} SET endId = ? WHERE endId = ?`, [
    idToBytes(endId),
    idToBytes(id),
  ]);
}

export async function deleteMerged(
  manager: EntityManager,
  id: string,
  kind: Mergeable = mergedCustomers,
): Promise<void> {
  await lockMerges(manager, kind);
  await manager.query(`DELETE FROM ${kind.table} WHERE id = ?`, [idToBytes(id)]);
  const members = await membersOf(manager, id, kind);
  const { text, values } = sql`UPDATE ${raw(kind.table)} SET endId = ${idToBytes(id)}
    WHERE id IN (${members.map(idToBytes)})`;
  await manager.query(text, [...values]);
}
