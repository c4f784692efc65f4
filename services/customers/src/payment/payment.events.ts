import type { Work } from '@crm/kit/record/command';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Change } from '@crm/kit/record/record';
import { PaymentAmended, PaymentReceived, type PaymentData } from '@crm/schemas/events/payment';
import { PaymentEntity, type Payment } from './payment.fields.ts';

const customerId = (payment: Payment): string => payment.customerId;

export const paymentsReceived = (work: Work, rows: readonly Payment[]): Promise<void> =>
  publishRows(work, { type: PaymentReceived, rows, customerId, data });

export const paymentsAmended = (work: Work, changes: readonly Change<Payment>[]): Promise<void> =>
  publishChanges(work, {
    type: PaymentAmended,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

const data = ({ receivedOn, amount, method, allocations }: Payment): PaymentData => ({
  receivedOn,
  amount: amount ?? { amount: '0.00', currency: 'CNY' },
  method,
  allocations: allocations ?? [],
});

export const paymentSnapshot = snapshotOf({
  entity: PaymentEntity,
  type: PaymentReceived,
  customerId,
  data,
});
