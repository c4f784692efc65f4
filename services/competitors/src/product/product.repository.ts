import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';
import type { CompetitorProduct } from './product.fields.ts';

const rowsPerStatement = 500;

/** Keeps what `rivalOf` says by our product too, so that rivals are found from that side. */
export async function linkRivals(
  manager: EntityManager,
  products: readonly CompetitorProduct[],
): Promise<void> {
  if (products.length === 0) return;
  await manager.query('DELETE FROM productRival WHERE competitorProductId IN (?)', [
    products.map(({ id }) => idToBytes(id)),
  ]);
  const links = products.flatMap(({ id, rivalOf }) =>
    rivalOf.map((productId) => [idToBytes(productId), idToBytes(id)]),
  );
  for (let at = 0; at < links.length; at += rowsPerStatement) {
    await manager.query('INSERT INTO productRival (productId, competitorProductId) VALUES ?', [
      links.slice(at, at + rowsPerStatement),
    ]);
  }
}

/** Applies that we have a product, which competitors may be rivals of from now on. */
export const knowProduct = (manager: EntityManager, id: string): Promise<void> =>
  manager.query('INSERT IGNORE INTO ourProduct (id) VALUES (?)', [idToBytes(id)]);

/** Those of the ids that name no product of ours. */
export async function unknownProducts(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const wanted = [...new Set(ids)].filter(isId);
  if (wanted.length === 0) return new Set();
  const rows: { id: Uint8Array }[] = await manager.query(
    'SELECT id FROM ourProduct WHERE id IN (?)',
    [wanted.map(idToBytes)],
  );
  const known = new Set(rows.map(({ id }) => idFromBytes(id)));
  return new Set(wanted.filter((id) => !known.has(id.toLowerCase())));
}
