import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

/** What was learnt of an opportunity that was won or lost. */
const reviewSchema = z.object({
  opportunityId: z.uuid(),
  customerId: z.uuid(),
  outcome: z.enum(['WON', 'LOST']),
  /** The competitor that won it; null when that is unknown, or when we did. */
  winnerId: z.uuid().nullable(),
  /** Codes that a company gave them. */
  reasons: z.array(z.string()).readonly(),
});

export type WinLossData = z.infer<typeof reviewSchema>;

export const WinLossReviewed = defineEvent('winloss.reviewed', reviewSchema);
