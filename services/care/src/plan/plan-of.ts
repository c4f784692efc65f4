import type { CarePlan } from './plan.fields.ts';

/** Plans of care and campaigns are planned and sent alike, and each is known by its own name alone. */
export type PlanOf = {
  /** As in the graph. */
  readonly type: 'Campaign' | 'CarePlan';
  readonly noun: 'campaigns' | 'care plans';
  readonly isOne: (plan: Pick<CarePlan, 'kind'>) => boolean;
};

export const carePlans: PlanOf = {
  type: 'CarePlan',
  noun: 'care plans',
  isOne: ({ kind }) => kind === 'CARE',
};

export const campaigns: PlanOf = {
  type: 'Campaign',
  noun: 'campaigns',
  isOne: ({ kind }) => kind !== 'CARE',
};

/** Null for a campaign. */
export const planOfCare = (plan: CarePlan | null): CarePlan | null =>
  plan !== null && carePlans.isOne(plan) ? plan : null;
