import type { Entity } from '@crm/kit/record/entity';
import { CarePlanEntity, type CarePlan } from './plan.fields.ts';

/** Plans of care and campaigns are planned and sent alike, and each is known by its own name alone. */
export type PlanOf = {
  /** As in the graph. */
  readonly type: 'Campaign' | 'CarePlan';
  readonly noun: 'campaigns' | 'care plans';
  /** What a preview takes: one that is there, or one that is none yet. */
  readonly previewArgs: readonly [id: string, draft: string];
  readonly isOne: (plan: Pick<CarePlan, 'kind'>) => boolean;
};

export const carePlans: PlanOf = {
  type: 'CarePlan',
  noun: 'care plans',
  previewArgs: ['planId', 'plan'],
  isOne: ({ kind }) => kind === 'CARE',
};

export const campaigns: PlanOf = {
  type: 'Campaign',
  noun: 'campaigns',
  previewArgs: ['campaignId', 'campaign'],
  isOne: ({ kind }) => kind !== 'CARE',
};

/** The rows of both, by the name that errors call one. */
export const entityOf = ({ type }: PlanOf): Entity<CarePlan> => ({ ...CarePlanEntity, name: type });

/** Null for a campaign. */
export const planOfCare = (plan: CarePlan | null): CarePlan | null =>
  plan !== null && carePlans.isOne(plan) ? plan : null;
