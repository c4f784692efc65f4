import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const tierSchema = z.object({
  /** The code of the pyramid's definition. */
  definition: z.string(),
  subjectType: z.string(),
  subjectId: z.uuid(),
  /** Null for who came into the pyramid, and for who is out of it. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** The day of the snapshot that found it. */
  asOf: dateText,
});

export type TierData = z.infer<typeof tierSchema>;

/** Of one customer in one pyramid, which is the aggregate. */
export const PyramidTierChanged = defineEvent('pyramid.tier_changed', tierSchema);
