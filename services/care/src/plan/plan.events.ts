import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  CarePlanActivated,
  CarePlanChanged,
  CarePlanCreated,
  CarePlanFinished,
  CarePlanPaused,
  CarePlanSubmitted,
  type CarePlanData,
} from '@crm/schemas/events/care-plan';
import { CarePlanEntity, type CarePlan } from './plan.fields.ts';

/** A plan is for many customers. */
const customerId = (): null => null;

const data = ({ name, occasionId, category, target, ...plan }: CarePlan): CarePlanData => ({
  name,
  occasionId,
  category,
  target,
  mode: plan.mode,
  status: plan.status,
  ownerId: plan.ownerId,
  teamId: plan.teamId,
});

export const planCreated = (work: Work, plan: CarePlan): Promise<void> =>
  publishRows(work, { type: CarePlanCreated, rows: [plan], customerId, data });

type Tell = (work: Work, changes: readonly Change<CarePlan>[]) => Promise<void>;

const teller =
  (type: EventType<CarePlanData>): Tell =>
  (work, changes) =>
    publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });

export const plansChanged = teller(CarePlanChanged);
export const plansSubmitted = teller(CarePlanSubmitted);
export const plansActivated = teller(CarePlanActivated);
export const plansPaused = teller(CarePlanPaused);
export const plansFinished = teller(CarePlanFinished);

export const carePlanSnapshot = snapshotOf({
  entity: CarePlanEntity,
  type: CarePlanCreated,
  customerId,
  data,
});
