import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText, moneySchema } from './values.ts';

export const PaymentReceived = defineEvent(
  'payment.received',
  z.object({
    receivedOn: dateText,
    amount: moneySchema,
    method: z.string(),
    allocations: z.array(z.object({ receivableId: z.uuid(), amount: z.string() })).readonly(),
  }),
);
