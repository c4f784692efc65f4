import type { References } from '@crm/kit/projection/moved-reference';
import { opportunityCompetitorsChanged } from './opportunity-competitor/opportunity-competitor.events.ts';
import { OpportunityCompetitorEntity } from './opportunity-competitor/opportunity-competitor.fields.ts';

/** The records that follow their customer when it is merged, and who is told. */
export const references: readonly References[] = [
  { entity: OpportunityCompetitorEntity, tell: opportunityCompetitorsChanged },
];
