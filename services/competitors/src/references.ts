import type { References } from '@crm/kit/projection/moved-reference';
import { activitiesAmended } from './activity/activity.events.ts';
import { CompetitorActivityEntity } from './activity/activity.fields.ts';
import { competitorChanged } from './competitor/competitor.events.ts';
import { CompetitorEntity } from './competitor/competitor.fields.ts';
import { countermeasuresChanged } from './countermeasure/countermeasure.events.ts';
import { CountermeasureEntity } from './countermeasure/countermeasure.fields.ts';
import { CompetitorFollowEntity } from './follow/follow.fields.ts';
import { competitorDocumentsChanged } from './document/document.events.ts';
import { CompetitorDocumentEntity } from './document/document.fields.ts';
import { intelligenceChanged } from './intelligence/intelligence.events.ts';
import { IntelligenceItemEntity } from './intelligence/intelligence.fields.ts';
import { opportunityCompetitorsChanged } from './opportunity-competitor/opportunity-competitor.events.ts';
import { OpportunityCompetitorEntity } from './opportunity-competitor/opportunity-competitor.fields.ts';
import { competitorProductsChanged } from './product/product.events.ts';
import { CompetitorProductEntity } from './product/product.fields.ts';
import { reviewsMoved } from './review/review.commands.ts';
import { WinLossReviewEntity } from './review/review.fields.ts';

const activities: References = { entity: CompetitorActivityEntity, tell: activitiesAmended };
const countermeasures: References = { entity: CountermeasureEntity, tell: countermeasuresChanged };
const intelligence: References = { entity: IntelligenceItemEntity, tell: intelligenceChanged };
const reviews: References = { entity: WinLossReviewEntity, tell: reviewsMoved };
const competition: References = {
  entity: OpportunityCompetitorEntity,
  tell: opportunityCompetitorsChanged,
};

/** The records that follow their customer when it is merged, and who is told. */
export const references: readonly References[] = [
  { entity: CompetitorEntity, tell: competitorChanged },
  competition,
  activities,
  countermeasures,
  intelligence,
  reviews,
];

/** The same for competitors. */
export const competitorReferences: readonly References[] = [
  { entity: CompetitorProductEntity, tell: competitorProductsChanged },
  { entity: CompetitorFollowEntity, tell: () => Promise.resolve() },
  { entity: CompetitorDocumentEntity, tell: competitorDocumentsChanged },
  competition,
  activities,
  countermeasures,
  intelligence,
  reviews,
];
