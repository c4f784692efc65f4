import type { Work } from '@crm/kit/record/command';
import { ruleViolation } from '@crm/kit/errors';
import {
  insertRecords,
  newRow,
  writeChange,
  writeChanges,
  type Change,
} from '@crm/kit/record/record';
import { idToBytes } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import { selectRows } from '@crm/kit/record/store';
import { opensReceivable } from '../credit/credit.ts';
import type { SalesOrder } from '../order/order.fields.ts';
import { subtractAmounts, sumAmounts } from '../money.ts';
import type { Allocation } from '../payment/payment.fields.ts';
import { receivableCancelled, receivableOpened, receivablePaid } from './receivable.events.ts';
import { ReceivableEntity, type Receivable } from './receivable.fields.ts';

/** Opens a receivable for each order that has a day to be paid on and goes on. */
export async function openReceivables(work: Work, orders: readonly SalesOrder[]): Promise<void> {
  const rows = orders.filter(opensReceivable).map((order) =>
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
export async function cancelReceivables(work: Work, order: SalesOrder): Promise<Receivable[]> {
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
  return rows;
}

/** Locks the receivables of customers that still want money, the longest due first. */
export const lockOpenReceivables = async (
  { manager }: Work,
  customerIds: readonly string[],
): Promise<Receivable[]> =>
  customerIds.length === 0
    ? []
    : selectRows(
        manager,
        ReceivableEntity,
        sql`WHERE t.customerId IN (${customerIds.map(idToBytes)})
          AND t.balanceAmount > 0 AND t.isCancelled = 0 AND t.deletedAt IS NULL
          ORDER BY t.dueOn, t.id FOR UPDATE`,
      );

/** Lowers the balances by what payments pay of them. */
export async function payReceivables(
  work: Work,
  {
    open,
    allocations,
  }: { readonly open: readonly Receivable[]; readonly allocations: readonly Allocation[] },
): Promise<void> {
  const paid = new Map<string, string>();
  for (const { receivableId, amount } of allocations) {
    paid.set(receivableId, sumAmounts([paid.get(receivableId) ?? '0', amount]));
  }
  const planned = open.flatMap((before) => {
    const amount = paid.get(before.id);
    if (amount === undefined || !before.balance) return [];
    const from = before.balance.amount;
    const changes = { 'balance.amount': { from, to: subtractAmounts(from, amount) } };
    return [{ before, changes }];
  });
  await receivablePaid(work, await writeChanges(work, ReceivableEntity, planned));
}
