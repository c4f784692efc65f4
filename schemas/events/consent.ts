import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

/** A decision of a person. The latest for a purpose and a channel holds; no channel means each. */
const consentSchema = z.object({
  personId: z.uuid(),
  purpose: z.string(),
  channel: z.string().nullable(),
  status: z.enum(['GRANTED', 'REFUSED', 'WITHDRAWN']),
  lawfulBasis: z.string(),
  at: z.iso.datetime(),
  reviewOn: dateText.nullable(),
});

export type ConsentData = z.infer<typeof consentSchema>;

export const ConsentRecorded = defineEvent('consent.recorded', consentSchema);
export const ConsentWithdrawn = defineEvent('consent.withdrawn', consentSchema);
