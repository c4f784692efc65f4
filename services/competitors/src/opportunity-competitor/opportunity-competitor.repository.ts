import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from './opportunity-competitor.fields.ts';

/** Writes beside the records what their opportunities have come to; their versions stay. */
export const copyOpportunities = (
  manager: EntityManager,
  opportunityIds: readonly string[],
): Promise<void> =>
  manager.query(
    `UPDATE opportunityCompetitor t JOIN opportunity o ON o.id = t.opportunityId
     SET t.opportunityStatus = o.status, t.opportunityAmountAmount = o.amountAmount,
       t.opportunityAmountCurrency = o.amountCurrency, t.salespersonId = o.salespersonId,
       t.closedOn = o.closedOn
     WHERE t.opportunityId IN (?)`,
    [opportunityIds.map(idToBytes)],
  );

/** Those who compete, or did, for any of the opportunities. */
export const lockCompetition = (
  manager: EntityManager,
  opportunityIds: readonly string[],
): Promise<OpportunityCompetitor[]> =>
  selectRows(
    manager,
    OpportunityCompetitorEntity,
    sql`WHERE t.opportunityId IN (${opportunityIds.map(idToBytes)}) AND t.deletedAt IS NULL
      ORDER BY t.id FOR UPDATE`,
  );

/** Who has won the opportunity, as far as it is known, other than one. */
export async function winnerOf(
  manager: EntityManager,
  opportunityId: string,
  exceptId: string | null = null,
): Promise<string | null> {
  const [row]: { id: Uint8Array }[] = await manager.query(
    `SELECT id FROM opportunityCompetitor
     WHERE opportunityId = ? AND standing = 'WON' AND deletedAt IS NULL AND NOT id <=> ? LIMIT 1`,
    [idToBytes(opportunityId), exceptId === null ? null : idToBytes(exceptId)],
  );
  return row ? idFromBytes(row.id) : null;
}

/** Those of the ids that name no live product of the competitor. */
export async function foreignProducts(
  manager: EntityManager,
  competitorId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const wanted = [...new Set(ids)].filter(isId);
  if (wanted.length === 0 || !isId(competitorId)) return new Set();
  const rows: { id: Uint8Array }[] = await manager.query(
    'SELECT id FROM competitorProduct WHERE id IN (?) AND competitorId = ? AND deletedAt IS NULL',
    [wanted.map(idToBytes), idToBytes(competitorId)],
  );
  const own = new Set(rows.map(({ id }) => idFromBytes(id)));
  return new Set(wanted.filter((id) => !own.has(id.toLowerCase())));
}

/** Keeps which products are met where by product too, so that figures are found from that side. */
export async function linkProducts(
  manager: EntityManager,
  { id, productIds }: Pick<OpportunityCompetitor, 'id' | 'productIds'>,
): Promise<void> {
  await manager.query('DELETE FROM contestedProduct WHERE opportunityCompetitorId = ?', [
    idToBytes(id),
  ]);
  if (productIds.length === 0) return;
  await manager.query(
    'INSERT IGNORE INTO contestedProduct (opportunityCompetitorId, competitorProductId) VALUES ?',
    [productIds.map((productId) => [idToBytes(id), idToBytes(productId)])],
  );
}
