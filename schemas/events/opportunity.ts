import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText, moneySchema } from './values.ts';

const opportunitySchema = z.object({
  name: z.string(),
  /** The code that a company gave the stage. */
  stage: z.string(),
  status: z.enum(['OPEN', 'WON', 'LOST', 'ABANDONED']),
  amount: moneySchema.nullable(),
  probability: z.number().int().nullable(),
  expectedCloseOn: dateText.nullable(),
  needId: z.uuid().nullable(),
  salespersonId: z.uuid().nullable(),
  closedOn: dateText.nullable(),
  winReason: z.string().nullable(),
  lossReason: z.string().nullable(),
});

export type OpportunityData = z.infer<typeof opportunitySchema>;

export const OpportunityOpened = defineEvent('opportunity.opened', opportunitySchema);
/** Anything but its stage changed. */
export const OpportunityUpdated = defineEvent('opportunity.updated', opportunitySchema);
export const OpportunityStageChanged = defineEvent('opportunity.stage_changed', opportunitySchema);
export const OpportunityWon = defineEvent('opportunity.won', opportunitySchema);
export const OpportunityLost = defineEvent('opportunity.lost', opportunitySchema);
export const OpportunityAbandoned = defineEvent('opportunity.abandoned', opportunitySchema);
export const OpportunityReopened = defineEvent('opportunity.reopened', opportunitySchema);
