import type { Work } from '@crm/kit/record/command';
import { publishRows } from '@crm/kit/event/publish';
import { PaymentReceived } from '@crm/schemas/events/payment';
import type { Payment } from './payment.fields.ts';

export const paymentsReceived = (work: Work, payments: readonly Payment[]): Promise<void> =>
  publishRows(work, {
    type: PaymentReceived,
    rows: payments,
    customerId: ({ customerId }) => customerId,
    data: ({ receivedOn, amount, method, allocations }) => ({
      receivedOn,
      amount: amount ?? { amount: '0.00', currency: 'CNY' },
      method,
      allocations: allocations ?? [],
    }),
  });
