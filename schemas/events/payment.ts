import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText, moneySchema } from './values.ts';

const paymentSchema = z.object({
  receivedOn: dateText,
  amount: moneySchema,
  method: z.string(),
  allocations: z.array(z.object({ receivableId: z.uuid(), amount: z.string() })).readonly(),
});

export type PaymentData = z.infer<typeof paymentSchema>;

export const PaymentReceived = defineEvent('payment.received', paymentSchema);
/** It is another customer's now: what was paid is never changed. */
export const PaymentAmended = defineEvent('payment.amended', paymentSchema);
