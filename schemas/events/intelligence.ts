import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

/** What an item is about and how far it holds; its words stay in its service. */
const intelligenceSchema = z.object({
  subject: z.enum(['COMPETITOR', 'PRODUCT', 'CUSTOMER', 'MARKET']),
  competitorId: z.uuid().nullable(),
  competitorProductId: z.uuid().nullable(),
  customerId: z.uuid().nullable(),
  reliability: z.string(),
  observedOn: dateText,
  validUntil: dateText.nullable(),
  tags: z.array(z.string()).readonly(),
});

export type IntelligenceData = z.infer<typeof intelligenceSchema>;

export const IntelligenceRecorded = defineEvent('intelligence.recorded', intelligenceSchema);
export const IntelligenceChanged = defineEvent('intelligence.changed', intelligenceSchema);
export const IntelligenceRemoved = defineEvent('intelligence.removed', z.object({}));
