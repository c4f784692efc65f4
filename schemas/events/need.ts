import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const needSchema = z.object({
  title: z.string(),
  status: z.enum(['OPEN', 'CONFIRMED', 'MATCHED', 'FULFILLED', 'WITHDRAWN']),
  priority: z.string(),
  productId: z.uuid().nullable(),
  neededBy: dateText.nullable(),
  /** The person who has it. */
  raisedById: z.uuid().nullable(),
  interactionId: z.uuid().nullable(),
  opportunityId: z.uuid().nullable(),
});

export type NeedData = z.infer<typeof needSchema>;

export const NeedRecorded = defineEvent('need.recorded', needSchema);
export const NeedChanged = defineEvent('need.changed', needSchema);
export const NeedFulfilled = defineEvent('need.fulfilled', needSchema);
