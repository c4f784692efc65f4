import type { Work } from '@crm/kit/record/command';
import type { DataOf } from '@crm/kit/event/event';
import { publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { PaymentEntity, type Payment } from './payment.fields.ts';

const customerId = (payment: Payment): string => payment.customerId;

export const paymentsReceived = (work: Work, rows: readonly Payment[]): Promise<void> =>
  publishRows(work, { type: PaymentReceived, rows, customerId, data });

const data = ({
  receivedOn,
  amount,
  method,
  allocations,
}: Payment): DataOf<typeof PaymentReceived> => ({
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
