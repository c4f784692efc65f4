import type { Entity } from '@crm/kit/record/entity';
import { CreditAccountEntity } from '../credit/credit.fields.ts';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { ActivityFact } from '../fact/activity.fields.ts';
import { facts } from '../fact/fact-kinds.ts';
import { TargetEntity } from '../performance/target.fields.ts';

/** All that indicators are made of: the facts of the graph, and some that it shows as records alone. */
export const indicatorFacts: Readonly<Record<string, Entity>> = {
  ...facts,
  ACTIVITY: ActivityFact,
  CREDIT_ACCOUNT: CreditAccountEntity,
  CUSTOMER: CustomerEntity,
  TARGET: TargetEntity,
};
