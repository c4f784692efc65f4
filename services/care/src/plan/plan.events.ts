import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  CampaignActivated,
  CampaignChanged,
  CampaignCreated,
  CampaignFinished,
  CampaignPaused,
  CampaignSubmitted,
  type CampaignData,
} from '@crm/schemas/events/campaign';
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

const isCare = ({ kind }: CarePlan): boolean => kind === 'CARE';

/** A plan is for many customers. */
const customerId = (): null => null;

const data = (plan: CarePlan): CarePlanData => ({
  name: plan.name,
  occasionId: occasionOf(plan),
  category: plan.category,
  target: plan.target,
  mode: plan.mode,
  status: plan.status,
  ownerId: plan.ownerId,
  teamId: plan.teamId,
});

function occasionOf({ occasionId }: CarePlan): string {
  if (occasionId === null) throw new Error('A plan of care has an occasion');
  return occasionId;
}

const campaignData = (plan: CarePlan): CampaignData => ({
  name: plan.name,
  kind: plan.kind,
  startsOn: plan.startsOn,
  surveyId: plan.surveyId,
  target: plan.target,
  mode: plan.mode,
  status: plan.status,
  ownerId: plan.ownerId,
  teamId: plan.teamId,
});

export const planCreated = (work: Work, plan: CarePlan): Promise<void> =>
  isCare(plan)
    ? publishRows(work, { type: CarePlanCreated, rows: [plan], customerId, data })
    : publishRows(work, { type: CampaignCreated, rows: [plan], customerId, data: campaignData });

type Tell = (work: Work, changes: readonly Change<CarePlan>[]) => Promise<void>;

const teller =
  (type: EventType<CarePlanData>, campaignType: EventType<CampaignData>): Tell =>
  async (work, all) => {
    const changes = all.filter(({ after }) => isCare(after));
    await publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });
    await publishChanges(work, {
      type: campaignType,
      changes: all.filter(({ after }) => !isCare(after)),
      customerId,
      data: ({ after }) => campaignData(after),
    });
  };

export const plansChanged = teller(CarePlanChanged, CampaignChanged);
export const plansSubmitted = teller(CarePlanSubmitted, CampaignSubmitted);
export const plansActivated = teller(CarePlanActivated, CampaignActivated);
export const plansPaused = teller(CarePlanPaused, CampaignPaused);
export const plansFinished = teller(CarePlanFinished, CampaignFinished);

export const carePlanSnapshot = snapshotOf({
  entity: CarePlanEntity,
  type: CarePlanCreated,
  customerId,
  data,
  isTold: isCare,
});

export const campaignSnapshot = snapshotOf({
  entity: CarePlanEntity,
  type: CampaignCreated,
  customerId,
  data: campaignData,
  isTold: (plan) => !isCare(plan),
});
