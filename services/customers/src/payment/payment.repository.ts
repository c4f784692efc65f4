import { idToBytes } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';
import type { Receivable } from '../receivable/receivable.fields.ts';
import type { Payment } from './payment.fields.ts';

/** Writes down which orders payments are for, so that an order's payments are found. */
export async function linkToOrders(
  manager: EntityManager,
  payments: readonly Pick<Payment, 'allocations' | 'id'>[],
  receivables: readonly Pick<Receivable, 'id' | 'orderId'>[],
): Promise<void> {
  const orderOf = new Map(receivables.map(({ id, orderId }) => [id, orderId]));
  const rows = payments.flatMap(({ id, allocations }) =>
    (allocations ?? []).flatMap(({ receivableId }) => {
      const orderId = orderOf.get(receivableId);
      return orderId ? [[idToBytes(orderId), idToBytes(id)]] : [];
    }),
  );
  if (rows.length === 0) return;
  // A payment may settle two receivables of one order.
  await manager.query('INSERT IGNORE INTO orderPayment (orderId, paymentId) VALUES ?', [rows]);
}
