import type { Work } from '@crm/kit/record/command';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Change } from '@crm/kit/record/record';
import {
  OrderAmended,
  OrderCancelled,
  OrderRecorded,
  type OrderData,
} from '@crm/schemas/events/order';
import { SalesOrderEntity, type SalesOrder } from './order.fields.ts';

const customerId = (order: SalesOrder): string => order.customerId;

export const orderRecorded = (work: Work, rows: readonly SalesOrder[]): Promise<void> =>
  publishRows(work, { type: OrderRecorded, rows, customerId, data });

export const orderAmended = (work: Work, changes: readonly Change<SalesOrder>[]): Promise<void> =>
  publishChanges(work, {
    type: OrderAmended,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const orderCancelled = (work: Work, changes: readonly Change<SalesOrder>[]): Promise<void> =>
  publishChanges(work, {
    type: OrderCancelled,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

/** For what is told of no other change: they belong to another customer now. */
export async function orderMoved(
  work: Work,
  changes: readonly Change<SalesOrder>[],
): Promise<void> {
  await orderCancelled(work, changes.filter(isCancelled));
  await orderAmended(
    work,
    changes.filter((change) => !isCancelled(change)),
  );
}

const isCancelled = ({ after }: Change<SalesOrder>): boolean => after.status === 'CANCELLED';

const data = (order: SalesOrder): OrderData => ({
  number: order.number,
  orderedOn: order.orderedOn,
  status: order.status,
  amount: order.amount ?? { amount: '0.00', currency: 'CNY' },
  salespersonId: order.salespersonId,
  opportunityId: order.opportunityId,
  isHeld: order.isHeld,
  lines: (order.lines ?? []).map(({ productId, quantity, amount }) => ({
    productId,
    quantity,
    amount,
  })),
});

export const orderSnapshot = snapshotOf({
  entity: SalesOrderEntity,
  type: OrderRecorded,
  customerId,
  data,
  isTold: ({ status }) => status !== 'CANCELLED',
});
