import type { FieldProblem } from '@crm/kit/errors';
import { audienceOf } from '../audience/audience.ts';
import type { CompetitorActivity } from './activity.fields.ts';

type Circumstances = {
  readonly today: string;
  /** Products that are named and are none of the competitor's. */
  readonly foreignProducts: ReadonlySet<string>;
};

/** What is wrong with an activity beside the form of its fields. */
export const activityProblems = (
  { occurredOn, competitorProductId }: CompetitorActivity,
  { today, foreignProducts }: Circumstances,
): FieldProblem[] => [
  ...(occurredOn > today ? [{ path: 'occurredOn', message: 'is still to come' }] : []),
  ...(competitorProductId !== null && foreignProducts.has(competitorProductId)
    ? [{ path: 'competitorProductId', message: 'is no product of the competitor' }]
    : []),
];

export const activityDerived = (
  activity: CompetitorActivity,
): object & Record<string, unknown> => ({
  audience: audienceOf(activity),
});
