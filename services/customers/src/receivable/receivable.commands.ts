import type { Work } from '@crm/kit/record/command';
import { ruleViolation } from '@crm/kit/errors';
import { insertRecords, newRow, writeChange, type Change } from '@crm/kit/record/record';
import { idToBytes } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import type { SalesOrder } from '../order/order.fields.ts';
import { subtractAmounts } from '../money.ts';
import type { Allocation } from '../payment/payment.fields.ts';
import { receivableCancelled, receivableOpened, receivablePaid } from './receivable.events.ts';
import { ReceivableEntity, type Receivable } from './receivable.fields.ts';

/** Opens a receivable for each order that has a day to be paid on. */
export async function openReceivables(work: Work, orders: readonly SalesOrder[]): Promise<void> {
  const rows = orders
    .filter(({ dueOn }) => dueOn !== null)
    .map((order) =>
      newRow(work, ReceivableEntity, {
        values: new Map<string, unknown>([
          ['customerId', order.customerId],
          ['orderId', order.id],
          ['amount.amount', order.amount?.amount],
          ['amount.currency', order.amount?.currency],
          ['balance.amount', order.amount?.amount],
          ['balance.currency', order.amount?.currency],
          ['dueOn', order.dueOn],
          ['isCancelled', false],
        ]),
        rules: {},
      }),
    );
  await insertRecords(work, ReceivableEntity, rows);
  await receivableOpened(work, rows);
}

/** Takes back what an order opened. An order that was paid, even in part, is not cancelled. */
export async function cancelReceivables(work: Work, order: SalesOrder): Promise<void> {
  const rows = await selectRows(
    work.manager,
    ReceivableEntity,
    sql`WHERE t.orderId = ${idToBytes(order.id)} AND t.isCancelled = 0 ORDER BY t.id FOR UPDATE`,
  );
  if (rows.some(({ amount, balance }) => amount?.amount !== balance?.amount)) {
    throw ruleViolation('The order was paid in part: it can no longer be cancelled');
  }
  const changes: Change<Receivable>[] = [];
  for (const before of rows) {
    changes.push(
      await writeChange(work, ReceivableEntity, {
        before,
        changes: { isCancelled: { from: false, to: true } },
      }),
    );
  }
  await receivableCancelled(work, changes);
}

/** Locks the receivables of a customer that still want money, the longest due first. */
export const lockOpenReceivables = (
  { manager }: Work,
  { customerId, currency }: { readonly customerId: string; readonly currency: string },
): Promise<Receivable[]> =>
  selectRows(
    manager,
    ReceivableEntity,
    sql`WHERE t.customerId = ${idToBytes(customerId)} AND t.amountCurrency = ${currency}
      AND t.balanceAmount > 0 AND t.isCancelled = 0 AND t.deletedAt IS NULL
      ORDER BY t.dueOn, t.id FOR UPDATE`,
  );

/** Lowers the balances by what a payment pays of them. */
export async function payReceivables(
  work: Work,
  {
    open,
    allocations,
  }: { readonly open: readonly Receivable[]; readonly allocations: readonly Allocation[] },
): Promise<void> {
  const changes: Change<Receivable>[] = [];
  for (const { receivableId, amount } of allocations) {
    const before = open.find(({ id }) => id === receivableId);
    if (!before?.balance) continue;
    const to = subtractAmounts(before.balance.amount, amount);
    changes.push(
      await writeChange(work, ReceivableEntity, {
        before,
        changes: { 'balance.amount': { from: before.balance.amount, to } },
      }),
    );
  }
  await receivablePaid(work, changes);
}
