import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText, moneySchema } from './values.ts';

const orderSchema = z.object({
  number: z.string(),
  orderedOn: dateText,
  status: z.string(),
  amount: moneySchema,
  salespersonId: z.uuid().nullable(),
  lines: z
    .array(z.object({ productId: z.uuid().nullable(), quantity: z.string(), amount: z.string() }))
    .readonly(),
  /** Events of before do not say, nor whether it waits for its release because of the credit. */
  opportunityId: z.uuid().nullable().optional(),
  isHeld: z.boolean().optional(),
});

export type OrderData = z.infer<typeof orderSchema>;

export const OrderRecorded = defineEvent('order.recorded', orderSchema);
export const OrderAmended = defineEvent('order.amended', orderSchema);
export const OrderCancelled = defineEvent('order.cancelled', orderSchema);
