import { idToBytes } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';
import type { PaymentData } from '@crm/schemas/events/payment';

/** Keeps when each receivable was last paid of, whichever of the two is told first. */
export async function savePaidOn(
  manager: EntityManager,
  payments: readonly PaymentData[],
): Promise<readonly string[]> {
  const rows = payments.flatMap(({ allocations, receivedOn }) =>
    allocations.map(({ receivableId }) => ({ receivableId, receivedOn })),
  );
  if (rows.length === 0) return [];
  const sorted = rows.toSorted((a, b) => (a.receivableId < b.receivableId ? -1 : 1));
  await manager.query(
    `INSERT INTO receivablePayment (receivableId, lastPaidOn) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE
       lastPaidOn = GREATEST(receivablePayment.lastPaidOn, fresh.lastPaidOn)`,
    [sorted.map(({ receivableId, receivedOn }) => [idToBytes(receivableId), receivedOn])],
  );
  return sorted.map(({ receivableId }) => receivableId);
}

/** Says of these receivables when they were settled: on the day of the last payment. */
export async function refreshSettlements(
  manager: EntityManager,
  receivableIds: readonly string[],
): Promise<void> {
  const ids = [...new Set(receivableIds)].toSorted().map(idToBytes);
  if (ids.length === 0) return;
  await manager.query(
    `UPDATE receivableFact r LEFT JOIN receivablePayment p ON p.receivableId = r.id
     SET r.settledOn = IF(r.balanceAmount > 0, NULL, p.lastPaidOn) WHERE r.id IN (?)`,
    [ids],
  );
}
