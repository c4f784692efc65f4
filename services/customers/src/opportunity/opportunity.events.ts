import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  OpportunityAbandoned,
  OpportunityLost,
  OpportunityOpened,
  OpportunityReopened,
  OpportunityStageChanged,
  OpportunityUpdated,
  OpportunityWon,
  type OpportunityData,
} from '@crm/schemas/events/opportunity';
import { OpportunityEntity, type Opportunity } from './opportunity.fields.ts';
import type { Outcome } from './opportunity.ts';

const customerId = (opportunity: Opportunity): string => opportunity.customerId;

const data = (opportunity: Opportunity): OpportunityData => ({
  name: opportunity.name,
  stage: opportunity.stage,
  status: opportunity.status,
  amount: opportunity.amount,
  probability: opportunity.probability,
  expectedCloseOn: opportunity.expectedCloseOn,
  needId: opportunity.needId,
  salespersonId: opportunity.salespersonId,
  closedOn: opportunity.closedOn,
  winReason: opportunity.winReason,
  lossReason: opportunity.lossReason,
});

export const opportunityOpened = (work: Work, row: Opportunity): Promise<void> =>
  publishRows(work, { type: OpportunityOpened, rows: [row], customerId, data });

const changed =
  (type: EventType<OpportunityData>) =>
  (work: Work, change: Change<Opportunity>): Promise<void> =>
    publishChanges(work, { type, changes: [change], customerId, data: ({ after }) => data(after) });

export const opportunityUpdated = changed(OpportunityUpdated);
export const opportunityMoved = changed(OpportunityStageChanged);
export const opportunityReopened = changed(OpportunityReopened);

/** They belong to another customer now. */
export const opportunitiesMoved = (
  work: Work,
  changes: readonly Change<Opportunity>[],
): Promise<void> =>
  publishChanges(work, {
    type: OpportunityUpdated,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const opportunitySnapshot = snapshotOf({
  entity: OpportunityEntity,
  type: OpportunityOpened,
  customerId,
  data,
});

const closed = {
  WON: changed(OpportunityWon),
  LOST: changed(OpportunityLost),
  ABANDONED: changed(OpportunityAbandoned),
} as const;

export const opportunityClosed = (
  work: Work,
  outcome: Exclude<Outcome, 'OPEN'>,
  change: Change<Opportunity>,
): Promise<void> => closed[outcome](work, change);
