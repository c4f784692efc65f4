import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const countermeasureSchema = z.object({
  competitorId: z.uuid(),
  /** Null when it concerns no customer in particular. */
  customerId: z.uuid().nullable(),
  /** What it answers: one of the two. */
  activityId: z.uuid().nullable(),
  opportunityCompetitorId: z.uuid().nullable(),
  ownerId: z.uuid(),
  dueOn: dateText,
  status: z.enum(['PLANNED', 'DUE', 'COMPLETED', 'CANCELLED']),
  effectiveness: z.string().nullable(),
});

export type CountermeasureData = z.infer<typeof countermeasureSchema>;

export const CountermeasurePlanned = defineEvent('countermeasure.planned', countermeasureSchema);
export const CountermeasureChanged = defineEvent('countermeasure.changed', countermeasureSchema);
export const CountermeasureDue = defineEvent('countermeasure.due', countermeasureSchema);
export const CountermeasureCompleted = defineEvent(
  'countermeasure.completed',
  countermeasureSchema,
);
export const CountermeasureCancelled = defineEvent(
  'countermeasure.cancelled',
  countermeasureSchema,
);
