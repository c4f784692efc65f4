import { onMany, type Consumer } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import type { Work } from '@crm/kit/record/command';
import { systemViewer } from '@crm/kit/viewer';
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
import type { EntityManager } from 'typeorm';
import { followOpportunities } from '../opportunity-competitor/follow-opportunities.commands.ts';
import type { Opportunity } from './opportunity.ts';
import { saveOpportunities } from './opportunity.repository.ts';

/** Keeps what customers tells of opportunities, and has those who compete for them follow. */
export const opportunityConsumer: Consumer = onMany<OpportunityData>(
  [
    OpportunityOpened,
    OpportunityUpdated,
    OpportunityStageChanged,
    OpportunityWon,
    OpportunityLost,
    OpportunityAbandoned,
    OpportunityReopened,
  ],
  async (manager, events) => {
    const latest = new Map(events.map((event) => [event.aggregateId, event]));
    // In one order, so that two batches never wait for each other in a circle.
    const ordered = [...latest.values()].toSorted((one, other) =>
      one.aggregateId < other.aggregateId ? -1 : 1,
    );
    const opportunities = ordered.flatMap(opportunityOf);
    await saveOpportunities(manager, opportunities);
    const [event] = ordered.slice(-1);
    if (event) await followOpportunities(workOf(manager, event), opportunities);
  },
);

const workOf = (manager: EntityManager, event: RecordedEvent): Work => ({
  manager,
  viewer: { ...systemViewer('opportunities'), staffId: event.actor },
  now: new Date(event.occurredAt),
  requestId: event.eventId,
});

const opportunityOf = ({
  aggregateId: id,
  customerId,
  data: { status, amount, salespersonId, closedOn },
}: RecordedEvent<OpportunityData>): Opportunity[] =>
  customerId === null ? [] : [{ id, customerId, status, amount, salespersonId, closedOn }];
