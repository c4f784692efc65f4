import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  ActivityAmended,
  ActivityLogged,
  ActivityRemoved,
  type ActivityData,
} from '@crm/schemas/events/competitor-activity';
import { followersToTell } from '../follow/follow.repository.ts';
import { CompetitorActivityEntity, type CompetitorActivity } from './activity.fields.ts';

const customerId = (activity: CompetitorActivity): string | null => activity.customerId;

const data = (activity: CompetitorActivity): ActivityData => ({
  competitorId: activity.competitorId,
  kind: activity.kind,
  occurredOn: activity.occurredOn,
  reliability: activity.reliability,
  impact: activity.impact,
  customerId: activity.customerId,
  opportunityId: activity.opportunityId,
  competitorProductId: activity.competitorProductId,
});

/** Tells those who follow the competitor, too, as far as they reach whom it concerns. */
export async function activityLogged(work: Work, activity: CompetitorActivity): Promise<void> {
  const followerIds = await followersToTell(work, activity);
  await publishRows(work, {
    type: ActivityLogged,
    rows: [activity],
    customerId,
    data: (row) => ({ ...data(row), followerIds }),
  });
}

export const activitiesAmended = (
  work: Work,
  changes: readonly Change<CompetitorActivity>[],
): Promise<void> =>
  publishChanges(work, {
    type: ActivityAmended,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const activityRemoved = (work: Work, activity: CompetitorActivity): Promise<void> =>
  publishRows(work, {
    type: ActivityRemoved,
    rows: [activity],
    customerId,
    data: ({ competitorId }) => ({ competitorId }),
  });

export const activitySnapshot = snapshotOf({
  entity: CompetitorActivityEntity,
  type: ActivityLogged,
  customerId,
  data,
});
