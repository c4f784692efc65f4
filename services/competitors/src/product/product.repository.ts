import { idToBytes } from '@crm/kit/id';
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
