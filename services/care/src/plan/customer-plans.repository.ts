import { idFromBytes, idToBytes } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';

type Row = { readonly customerId: Uint8Array; readonly planId: Uint8Array };

const plansMax = 50;

/** The active plans that have something to do for customers, in one statement. */
export async function plansForCustomers(
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { text, values } = sql`SELECT DISTINCT t.customerId, t.planId
    FROM careTask t JOIN carePlan p ON p.id = t.planId
    WHERE t.customerId IN (${customerIds.map(idToBytes)}) AND t.deletedAt IS NULL
      AND t.state IN ('PROPOSED', 'SELECTED', 'SCHEDULED')
      AND p.status = 'ACTIVE' AND p.kind = 'CARE' AND p.deletedAt IS NULL ORDER BY t.planId`;
  const rows: Row[] = await manager.query(text, [...values]);
  const by = new Map<string, readonly string[]>();
  for (const { customerId, planId } of rows) {
    const id = idFromBytes(customerId);
    const known = by.get(id) ?? [];
    if (known.length < plansMax) by.set(id, [...known, idFromBytes(planId)]);
  }
  return by;
}
