import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const campaignSchema = z.object({
  name: z.string(),
  /** PROMOTION, RESEARCH or SATISFACTION. */
  kind: z.string(),
  startsOn: dateText.nullable(),
  surveyId: z.uuid().nullable(),
  target: z.string(),
  mode: z.string(),
  status: z.string(),
  ownerId: z.uuid().nullable(),
  teamId: z.uuid().nullable(),
});

export type CampaignData = z.infer<typeof campaignSchema>;

export const CampaignCreated = defineEvent('campaign.created', campaignSchema);
export const CampaignChanged = defineEvent('campaign.changed', campaignSchema);
/** Its audience is so large that somebody else has to approve it. */
export const CampaignSubmitted = defineEvent('campaign.submitted', campaignSchema);
export const CampaignActivated = defineEvent('campaign.activated', campaignSchema);
export const CampaignPaused = defineEvent('campaign.paused', campaignSchema);
/** Its last day is over. */
export const CampaignFinished = defineEvent('campaign.finished', campaignSchema);
