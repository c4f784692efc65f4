import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText, moneySchema } from './values.ts';

const receivableSchema = z.object({
  orderId: z.uuid().nullable(),
  amount: moneySchema,
  balance: moneySchema,
  dueOn: dateText,
});

export type ReceivableData = z.infer<typeof receivableSchema>;

export const ReceivableOpened = defineEvent('receivable.opened', receivableSchema);
export const ReceivableChanged = defineEvent('receivable.changed', receivableSchema);
export const ReceivableSettled = defineEvent('receivable.settled', receivableSchema);
export const ReceivableCancelled = defineEvent('receivable.cancelled', receivableSchema);
