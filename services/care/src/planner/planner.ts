import { companyDate } from '@crm/kit/record/criteria';
import { addDays } from '@crm/kit/day';
import type { WorkCalendar } from '../occasion/holiday.ts';
import { channelsOf, type Channel } from '../person/contact-point.ts';
import { dueAt, windowOf } from '../plan/due.ts';
import type { CarePlan } from '../plan/plan.fields.ts';
import { graceDays, type PlanOccasion } from '../plan/plan-occasion.ts';
import {
  chooseChannel,
  suppressionReasons,
  type Suppression,
  type SuppressionFacts,
  type Touch,
  type Wanted,
} from '../suppression/suppression.ts';
import type { CareTask } from '../task/task.fields.ts';
import { isSent } from '../task/task.ts';

/** So far ahead tasks are there to be looked at and confirmed. */
export const horizonDays = 14;

export type Planned = {
  readonly plan: Pick<
    CarePlan,
    | 'category'
    | 'channels'
    | 'leadDays'
    | 'mode'
    | 'purpose'
    | 'sendWindow'
    | 'templates'
    | 'validFrom'
    | 'validTo'
  >;
  readonly occasion: Pick<PlanOccasion, 'id' | 'kind' | 'leadDays'>;
  readonly calendar: WorkCalendar;
  readonly now: Date;
};

const leadDaysOf = ({ plan, occasion }: Planned): number => plan.leadDays ?? occasion.leadDays;

/** The days of occasions for which care is due until the horizon, within the days of the plan. */
export function spanOf(planned: Planned, days = horizonDays): { from: string; to: string } {
  const { plan, occasion, now } = planned;
  const today = companyDate(now);
  const first = addDays(today, -graceDays(occasion));
  // What happens in a life is known only once it has happened.
  const last = addDays(today, occasion.kind === 'PROMOTION' ? 0 : days + leadDaysOf(planned));
  return {
    from: plan.validFrom !== null && plan.validFrom > first ? plan.validFrom : first,
    to: plan.validTo !== null && plan.validTo < last ? plan.validTo : last,
  };
}

/** When care is given for a day; null when it is too late. */
export const dueAtFor = (planned: Planned, occasionOn: string): Date | null =>
  dueAt({
    occasionOn,
    leadDays: leadDaysOf(planned),
    graceDays: graceDays(planned.occasion),
    window: windowOf(planned.plan),
    calendar: planned.calendar,
    now: planned.now,
  });

type Draft = {
  /** That of the task which is there already. */
  readonly taskId: string | null;
  readonly occasionOn: string;
  readonly aboutId: string | null;
  readonly dueAt: Date;
};

/** What a task becomes. */
export type Outcome = Pick<CareTask, 'channel' | 'dueAt' | 'reason' | 'state' | 'templateId'>;

export function outcomeOf(planned: Planned, draft: Draft, facts: SuppressionFacts): Outcome {
  const { plan, occasion } = planned;
  const choice = chooseChannel(facts, wantedOf(planned, draft), channelsOf(plan.channels));
  if (choice === null) throw new Error('A plan has a channel');
  const { channel, suppression } = choice;
  const last = addDays(draft.occasionOn, graceDays(occasion));
  const rest = { channel, templateId: templateOf(plan, channel) };
  if (suppression === null || isInTime(suppression, last)) {
    const due = suppression?.until ?? draft.dueAt;
    return { ...rest, state: stateOf(plan, channel), reason: null, dueAt: due };
  }
  return { ...rest, state: 'SUPPRESSED', reason: suppression.reason, dueAt: draft.dueAt };
}

const templateOf = ({ templates }: Planned['plan'], channel: Channel): string | null =>
  templates?.find((each) => each.channel === channel)?.templateId ?? null;

/** What was due before is sent now, after all that was sent since. */
const wantedOf = (
  { plan, occasion, now }: Planned,
  { taskId, dueAt: due, ...draft }: Draft,
): Wanted => ({
  taskId,
  at: due > now ? due : now,
  purpose: plan.purpose,
  category: plan.category,
  occasionId: occasion.id,
  occasionOn: draft.occasionOn,
  aboutId: draft.aboutId,
});

/** Quiet hours and blackout dates may end before it is too late. */
const isInTime = ({ until }: Suppression, last: string): boolean =>
  until !== null && companyDate(until) <= last;

/** What no machine can do is somebody's to do. */
function stateOf({ mode }: Planned['plan'], channel: Channel): Outcome['state'] {
  if (mode === 'CONFIRM') return 'PROPOSED';
  return mode === 'AUTOMATIC' && isSent(channel) ? 'SCHEDULED' : 'SELECTED';
}

/** The facts with a task counted among the touches, for those that come after it. */
export const withTouch = (facts: SuppressionFacts, touch: Touch): SuppressionFacts => ({
  ...facts,
  touches: [...facts.touches.filter(({ taskId }) => taskId !== touch.taskId), touch],
});

/** What the planner may still change: nobody has decided, and nothing was sent. */
export const isOpenToPlanner = (task: CareTask, now: Date): boolean =>
  task.state === 'PROPOSED' ||
  (task.state === 'SUPPRESSED' && isOfPlanner(task.reason)) ||
  ((task.state === 'SCHEDULED' || task.state === 'SELECTED') &&
    task.decidedAt === null &&
    task.dueAt > now);

/** The plan of a task was paused, or its last day is over. */
export const planStopped = 'PLAN_STOPPED';

/** What the sender has found is not for the planner to take back. */
const isOfPlanner = (reason: string | null): boolean =>
  reason === planStopped || Object.hasOwn(suppressionReasons, reason ?? '');
