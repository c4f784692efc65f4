import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const interactionSchema = z.object({
  kind: z.string(),
  direction: z.enum(['INBOUND', 'OUTBOUND']),
  customerId: z.uuid().nullable(),
  personIds: z.array(z.uuid()),
  staffIds: z.array(z.uuid()),
  occurredAt: z.iso.datetime(),
  outcome: z.string().nullable(),
  nextTouchOn: dateText.nullable(),
  /** What it was about. Events of before do not say. */
  needId: z.uuid().nullable().optional(),
  opportunityId: z.uuid().nullable().optional(),
  careTaskId: z.uuid().nullable().optional(),
});

export type InteractionData = z.infer<typeof interactionSchema>;

export const InteractionLogged = defineEvent('interaction.logged', interactionSchema);
export const InteractionAmended = defineEvent('interaction.amended', interactionSchema);
export const InteractionRemoved = defineEvent('interaction.removed', z.object({}));
