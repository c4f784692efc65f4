import type { Work } from '@crm/kit/record/command';
import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import type { Change } from '@crm/kit/record/record';
import {
  TouchPlanCancelled,
  TouchPlanChanged,
  TouchPlanCompleted,
  TouchPlanDue,
  TouchPlanMissed,
  TouchPlanReopened,
  TouchPlanned,
  type TouchPlanData,
} from '@crm/schemas/events/touch-plan';
import type { TouchPlan } from './touch-plan.fields.ts';

const customerId = (plan: TouchPlan): string | null => plan.customerId;

const data = (plan: TouchPlan): TouchPlanData => ({
  personId: plan.personId,
  customerId: plan.customerId,
  ownerId: plan.ownerId,
  channel: plan.channel,
  status: plan.status,
  nextDueOn: plan.nextDueOn,
});

export const touchPlanned = (work: Work, plan: TouchPlan): Promise<void> =>
  publishRows(work, { type: TouchPlanned, rows: [plan], customerId, data });

const teller =
  (type: EventType<TouchPlanData>) =>
  (work: Work, changes: readonly Change<TouchPlan>[]): Promise<void> =>
    publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });

export const touchPlanChanged = teller(TouchPlanChanged);
export const touchPlanReopened = teller(TouchPlanReopened);

export const touchPlanCancelled = (work: Work, change: Change<TouchPlan>): Promise<void> =>
  teller(TouchPlanCancelled)(work, [change]);

/** Those that a job or an interaction has moved say which day it was about. */
const tellerOfDay =
  (type: typeof TouchPlanDue) =>
  (work: Work, changes: readonly Change<TouchPlan>[]): Promise<void> =>
    publishChanges(work, {
      type,
      changes,
      customerId,
      data: ({ before, after }) => ({
        ...data(after),
        dueOn: before.nextDueOn,
        interactionId: after.lastInteractionId,
      }),
    });

export const touchPlanDue = tellerOfDay(TouchPlanDue);
export const touchPlanMissed = tellerOfDay(TouchPlanMissed);
export const touchPlanCompleted = tellerOfDay(TouchPlanCompleted);
