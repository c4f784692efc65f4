import { addDays } from '@crm/kit/day';
import type { FieldProblem } from '@crm/kit/errors';
import { companyDate } from '@crm/kit/record/criteria';
import type { Interaction } from '../interaction/interaction.fields.ts';
import type { TouchPlan } from './touch-plan.fields.ts';

const cadenceMax = 3660;
const graceMax = 90;
export const graceDefault = 7;

type Check = readonly [isBroken: boolean, path: string, message: string];

/** What is wrong with a plan by itself. */
export function touchPlanProblems({
  personId,
  customerId,
  cadenceDays,
  dueOn,
  graceDays,
}: TouchPlan): FieldProblem[] {
  const checks: readonly Check[] = [
    [personId === null && customerId === null, 'personId', 'or customerId is needed'],
    [cadenceDays === null && dueOn === null, 'dueOn', 'or cadenceDays is needed'],
    [isOutside(cadenceDays, 1, cadenceMax), 'cadenceDays', `must be from 1 to ${cadenceMax}`],
    [isOutside(graceDays, 0, graceMax), 'graceDays', `must be from 0 to ${graceMax}`],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

const isOutside = (value: number | null, min: number, max: number): boolean =>
  value !== null && (value < min || value > max);

export const isOpen = ({ status }: Pick<TouchPlan, 'status'>): boolean =>
  status === 'PLANNED' || status === 'DUE';

type Rhythm = Pick<TouchPlan, 'cadenceDays' | 'dueOn' | 'lastCompletedOn'>;

/** When a plan is due that was made or changed on a day. A day that is named counts once. */
export function nextDue({ cadenceDays, dueOn, lastCompletedOn }: Rhythm, today: string): string {
  const isDayToCome = dueOn !== null && (lastCompletedOn === null || dueOn > lastCompletedOn);
  if (isDayToCome || cadenceDays === null) return dueOn ?? today;
  return addDays(lastCompletedOn ?? today, cadenceDays);
}

export type Progress = Pick<
  TouchPlan,
  'lastCompletedOn' | 'lastInteractionId' | 'nextDueOn' | 'previousDueOn' | 'status'
>;

type Done = {
  readonly on: string;
  readonly interactionId: string | null;
};

/** A plan after it was kept: one with a cadence goes on from the day, any other is done. */
export function afterTouch(plan: TouchPlan, { on, interactionId }: Done): Progress {
  const nextDueOn = plan.cadenceDays === null ? null : addDays(on, plan.cadenceDays);
  return {
    status: nextDueOn === null ? 'COMPLETED' : 'PLANNED',
    nextDueOn,
    lastCompletedOn: on,
    lastInteractionId: interactionId,
    previousDueOn: plan.nextDueOn,
  };
}

/** A plan whose days of grace are over: one with a cadence waits for its next day from now on. */
export function afterMiss(plan: TouchPlan, today: string): Pick<TouchPlan, 'nextDueOn' | 'status'> {
  const { cadenceDays, nextDueOn } = plan;
  if (cadenceDays === null || nextDueOn === null) return { status: 'MISSED', nextDueOn: null };
  let next = nextDueOn;
  while (next <= today) next = addDays(next, cadenceDays);
  return { status: 'PLANNED', nextDueOn: next };
}

type Touch = Pick<
  Interaction,
  'customerId' | 'id' | 'kind' | 'occurredAt' | 'outcome' | 'participantIds'
>;

/**
 * Whether an interaction keeps a plan: with the plan's person, or with its customer when it names no
 * person; in the plan's way, when it names one; and at its time. A single day is kept from its days
 * of grace before it on, a cadence by whatever comes after the last touch.
 */
export function keepsPlan(plan: TouchPlan, touch: Touch): boolean {
  const on = companyDate(touch.occurredAt);
  return (
    isOpen(plan) &&
    touch.outcome !== 'NOT_REACHED' &&
    (plan.channel === null || plan.channel === touch.kind) &&
    isWith(plan, touch) &&
    on >= earliest(plan)
  );
}

const isWith = (plan: TouchPlan, { participantIds, customerId }: Touch): boolean =>
  plan.personId === null ? plan.customerId === customerId : participantIds.includes(plan.personId);

function earliest(plan: TouchPlan): string {
  const { cadenceDays, nextDueOn, graceDays, lastCompletedOn, createdAt } = plan;
  const made = companyDate(createdAt);
  if (cadenceDays !== null) return lastCompletedOn === null ? made : addDays(lastCompletedOn, 1);
  return nextDueOn === null ? made : addDays(nextDueOn, -graceDays);
}
