import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  OpportunityCompetitorAdded,
  OpportunityCompetitorRemoved,
  OpportunityCompetitorStandingChanged,
  OpportunityCompetitorUpdated,
  type OpportunityCompetitorData,
} from '@crm/schemas/events/opportunity-competitor';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from './opportunity-competitor.fields.ts';

const customerId = (row: OpportunityCompetitor): string => row.customerId;

const data = (row: OpportunityCompetitor): OpportunityCompetitorData => ({
  opportunityId: row.opportunityId,
  customerId: row.customerId,
  competitorId: row.competitorId,
  standing: row.standing,
  since: row.since,
  incumbent: row.incumbent,
  quotedPrice: row.quotedPrice,
  productIds: row.productIds,
});

export const opportunityCompetitorAdded = (work: Work, row: OpportunityCompetitor): Promise<void> =>
  publishRows(work, { type: OpportunityCompetitorAdded, rows: [row], customerId, data });

type Changes = readonly Change<OpportunityCompetitor>[];

const isMoved = ({ before, after }: Change<OpportunityCompetitor>): boolean =>
  before.standing !== after.standing;

/** One event for each: that of its standing tells everything else too. */
export async function opportunityCompetitorsChanged(work: Work, changes: Changes): Promise<void> {
  await publishChanges(work, {
    type: OpportunityCompetitorStandingChanged,
    changes: changes.filter(isMoved),
    customerId,
    data: ({ before, after }) => ({ ...data(after), fromStanding: before.standing }),
  });
  await publishChanges(work, {
    type: OpportunityCompetitorUpdated,
    changes: changes.filter((change) => !isMoved(change)),
    customerId,
    data: ({ after }) => data(after),
  });
}

export const opportunityCompetitorsRemoved = (
  work: Work,
  rows: readonly OpportunityCompetitor[],
): Promise<void> =>
  publishRows(work, {
    type: OpportunityCompetitorRemoved,
    rows,
    customerId,
    data: (row) => ({
      opportunityId: row.opportunityId,
      customerId: row.customerId,
      competitorId: row.competitorId,
    }),
  });

export const opportunityCompetitorSnapshot = snapshotOf({
  entity: OpportunityCompetitorEntity,
  type: OpportunityCompetitorAdded,
  customerId,
  data,
});
