import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { awaitCustomers, lockCustomer } from '@crm/kit/projection/customer-access';
import type { Work } from '@crm/kit/record/command';
import { awaitOpportunity, lockOpportunity } from '../opportunity/opportunity.repository.ts';

export type Concern = {
  readonly customerId?: string | null;
  readonly opportunityId?: string | null;
};

/** Gives what was told of them a moment ago time to arrive. Call it before the command. */
export async function awaitConcern(
  context: RequestContext,
  { customerId, opportunityId }: Concern,
): Promise<void> {
  await awaitCustomers(context, [customerId]);
  if (opportunityId) await awaitOpportunity(context, opportunityId);
}

/** Locks whom a new record concerns; an opportunity says which customer. */
export async function lockConcern(
  work: Work,
  { customerId, opportunityId }: Concern,
): Promise<{ readonly customerId: string | null; readonly opportunityId: string | null }> {
  const named = customerId ? await lockCustomer(work, customerId) : null;
  if (!opportunityId) return { customerId: named, opportunityId: null };
  const opportunity = await lockOpportunity(work, opportunityId);
  if (named !== null && named !== opportunity.customerId) {
    const path = 'opportunityId';
    throw invalid('The opportunity is one of another customer', [
      { path, message: 'is one of another customer' },
    ]);
  }
  return { customerId: opportunity.customerId, opportunityId: opportunity.id };
}
