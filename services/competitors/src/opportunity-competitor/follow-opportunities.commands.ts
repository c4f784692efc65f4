import type { Work } from '@crm/kit/record/command';
import { writeChanges } from '@crm/kit/record/record';
import type { Opportunity } from '../opportunity/opportunity.ts';
import { opportunityCompetitorsChanged } from './opportunity-competitor.events.ts';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from './opportunity-competitor.fields.ts';
import { copyOpportunities, lockCompetition } from './opportunity-competitor.repository.ts';

/**
 * Has those who compete follow their opportunities to another customer, and be as they were before
 * one was lost when it is lost no longer: nobody else has won it then.
 */
export async function followOpportunities(
  work: Work,
  opportunities: readonly Opportunity[],
): Promise<void> {
  if (opportunities.length === 0) return;
  const { manager } = work;
  const byId = new Map(opportunities.map((each) => [each.id, each]));
  const rows = await lockCompetition(manager, [...byId.keys()]);
  if (rows.length === 0) return;
  await copyOpportunities(manager, [...byId.keys()]);
  const changed = await writeChanges(
    work,
    OpportunityCompetitorEntity,
    rows.map((before) => ({ before, changes: changesBy(before, byId.get(before.opportunityId)) })),
  );
  await opportunityCompetitorsChanged(work, changed);
}

type Changes = Parameters<typeof writeChanges<OpportunityCompetitor>>[2][number]['changes'];

function changesBy(
  { customerId, standing }: OpportunityCompetitor,
  opportunity: Opportunity | undefined,
): Changes {
  if (!opportunity) return {};
  return {
    ...(opportunity.customerId !== customerId && {
      customerId: { from: customerId, to: opportunity.customerId },
    }),
    ...(standing === 'WON' &&
      opportunity.status !== 'LOST' && { standing: { from: standing, to: 'ACTIVE' } }),
  };
}
