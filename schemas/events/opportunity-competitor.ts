import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText, moneySchema } from './values.ts';

/** A competitor on an opportunity. What we mean to do about it never leaves its service. */
const opportunityCompetitorSchema = z.object({
  opportunityId: z.uuid(),
  customerId: z.uuid(),
  competitorId: z.uuid(),
  standing: z.enum(['ACTIVE', 'LEADING', 'WITHDRAWN', 'WON', 'LOST']),
  /** Since when it competes. */
  since: dateText,
  /** It supplies the customer already. */
  incumbent: z.boolean(),
  quotedPrice: moneySchema.nullable(),
  /** What it offers, of its products. */
  productIds: z.array(z.uuid()).readonly(),
});

export type OpportunityCompetitorData = z.infer<typeof opportunityCompetitorSchema>;

export const OpportunityCompetitorAdded = defineEvent(
  'opportunitycompetitor.added',
  opportunityCompetitorSchema,
);
/** Anything but its standing changed, the competitor or the customer after a merge among that. */
export const OpportunityCompetitorUpdated = defineEvent(
  'opportunitycompetitor.updated',
  opportunityCompetitorSchema,
);
export const OpportunityCompetitorStandingChanged = defineEvent(
  'opportunitycompetitor.standing_changed',
  opportunityCompetitorSchema.extend({ fromStanding: opportunityCompetitorSchema.shape.standing }),
);
export const OpportunityCompetitorRemoved = defineEvent(
  'opportunitycompetitor.removed',
  opportunityCompetitorSchema.pick({ opportunityId: true, customerId: true, competitorId: true }),
);
