import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const touchPlanSchema = z.object({
  personId: z.uuid().nullable(),
  customerId: z.uuid().nullable(),
  ownerId: z.uuid().nullable(),
  /** A kind of interaction; null for any. */
  channel: z.string().nullable(),
  status: z.enum(['PLANNED', 'DUE', 'COMPLETED', 'MISSED', 'CANCELLED']),
  /** Null once it has ended. */
  nextDueOn: dateText.nullable(),
});

export type TouchPlanData = z.infer<typeof touchPlanSchema>;

export const TouchPlanned = defineEvent('touchplan.planned', touchPlanSchema);
export const TouchPlanChanged = defineEvent('touchplan.changed', touchPlanSchema);
export const TouchPlanCancelled = defineEvent('touchplan.cancelled', touchPlanSchema);
/** What had completed it was taken back. */
export const TouchPlanReopened = defineEvent('touchplan.reopened', touchPlanSchema);

/** The day that it was about. One with a cadence names the next day already. */
const onDaySchema = touchPlanSchema.extend({
  dueOn: dateText.nullable(),
  interactionId: z.uuid().nullable(),
});

export const TouchPlanDue = defineEvent('touchplan.due', onDaySchema);
export const TouchPlanCompleted = defineEvent('touchplan.completed', onDaySchema);
export const TouchPlanMissed = defineEvent('touchplan.missed', onDaySchema);
