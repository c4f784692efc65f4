import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

/** How far a message to a person has come. What it says, and where it went, stays in care. */
const deliverySchema = z.object({
  taskId: z.uuid(),
  personId: z.uuid(),
  channel: z.string(),
  status: z.string(),
  /** Why it was not sent or did not arrive. */
  reason: z.string().nullable(),
});

export type DeliveryData = z.infer<typeof deliverySchema>;

export const DeliveryUpdated = defineEvent('delivery.updated', deliverySchema);
