import type { RequestContext } from '@crm/kit/context';
import type { FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { findByIds } from '@crm/kit/record/store';
import { OpportunityEntity } from './opportunity.fields.ts';
import { findStages } from './opportunity.repository.ts';
import { orderProblems } from './opportunity.ts';
import type { OpportunityStage } from './stage.fields.ts';

export const listStages = ({ app }: RequestContext): Promise<OpportunityStage[]> =>
  findStages(app.db.manager);

/** All stages at once: a company has a few. */
export const opportunityStageLoader = (context: RequestContext): Loader<OpportunityStage> =>
  loaderBy(async () => {
    const stages = await listStages(context);
    return new Map(stages.map((stage) => [stage.code, stage]));
  });

type Ordered = { readonly customerId: string; readonly opportunityId?: string | null };

/** What is wrong with the opportunities that orders name, one list for each. */
export async function opportunityProblemsOf(
  { manager }: Work,
  orders: readonly Ordered[],
): Promise<readonly FieldProblem[][]> {
  const ids = orders.flatMap(({ opportunityId }) => opportunityId ?? []).filter(isId);
  const found = await findByIds(manager, OpportunityEntity, { ids });
  const known = new Map(found.map((each) => [each.id, each]));
  return orders.map((order) => orderProblems(order, known));
}
