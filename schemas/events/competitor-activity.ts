import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const activitySchema = z.object({
  competitorId: z.uuid(),
  kind: z.string(),
  occurredOn: dateText,
  reliability: z.string(),
  impact: z.string().nullable(),
  /** Null when it concerns no customer in particular. */
  customerId: z.uuid().nullable(),
  opportunityId: z.uuid().nullable(),
  competitorProductId: z.uuid().nullable(),
});

export type ActivityData = z.infer<typeof activitySchema> & {
  readonly followerIds?: readonly string[] | undefined;
};

export const ActivityLogged = defineEvent(
  'activity.logged',
  activitySchema.extend({
    /** Members of staff who follow the competitor and may know of it. */
    followerIds: z.array(z.uuid()).readonly().optional(),
  }),
);
export const ActivityAmended = defineEvent('activity.amended', activitySchema);
export const ActivityRemoved = defineEvent(
  'activity.removed',
  z.object({ competitorId: z.uuid() }),
);
