import type { RequestContext } from '@crm/kit/context';
import type { DocumentRevision } from '@crm/kit/document/document.fields';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import { CompetitorActivityEntity, type CompetitorActivity } from './activity/activity.fields.ts';
import { ProductComparisonEntity, type ProductComparison } from './comparison/comparison.fields.ts';
import {
  CountermeasureEntity,
  type Countermeasure,
} from './countermeasure/countermeasure.fields.ts';
import {
  CompetitorDocumentEntity,
  CompetitorDocumentRevisionEntity,
  type CompetitorDocument,
} from './document/document.fields.ts';
import { CompetitorFollowEntity, type CompetitorFollow } from './follow/follow.fields.ts';
import {
  IntelligenceItemEntity,
  type IntelligenceItem,
} from './intelligence/intelligence.fields.ts';
import { CompetitorMergeEntity, type CompetitorMerge } from './merge/merge.fields.ts';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from './opportunity-competitor/opportunity-competitor.fields.ts';
import { presenceOfCustomer, type PresencePages } from './presence/presence.queries.ts';
import { CompetitorProductPriceEntity, type CompetitorProductPrice } from './price/price.fields.ts';
import { CompetitorProductEntity, type CompetitorProduct } from './product/product.fields.ts';
import { WinLossReviewEntity, type WinLossReview } from './review/review.fields.ts';

/** Pages of what belongs to a record, for many records in one statement. */
export type Pages = {
  readonly activitiesOfCompetitor: ChildPages<CompetitorActivity>;
  readonly activitiesOfCustomer: ChildPages<CompetitorActivity>;
  readonly activitiesOfOpportunity: ChildPages<CompetitorActivity>;
  readonly comparisonsOfProduct: ChildPages<ProductComparison>;
  readonly comparisonsOfRival: ChildPages<ProductComparison>;
  readonly competitionOfCompetitor: ChildPages<OpportunityCompetitor>;
  readonly competitionOfCustomer: ChildPages<OpportunityCompetitor>;
  readonly competitionOfOpportunity: ChildPages<OpportunityCompetitor>;
  readonly countermeasuresOfActivity: ChildPages<Countermeasure>;
  readonly countermeasuresOfCompetition: ChildPages<Countermeasure>;
  readonly countermeasuresOfCompetitor: ChildPages<Countermeasure>;
  readonly documentsOfCompetitor: ChildPages<CompetitorDocument>;
  readonly documentsOfIntelligence: ChildPages<CompetitorDocument>;
  readonly documentsOfProduct: ChildPages<CompetitorDocument>;
  readonly followersOfCompetitor: ChildPages<CompetitorFollow>;
  readonly intelligenceOfCompetitor: ChildPages<IntelligenceItem>;
  readonly intelligenceOfCustomer: ChildPages<IntelligenceItem>;
  readonly intelligenceOfProduct: ChildPages<IntelligenceItem>;
  readonly mergesOfCompetitor: ChildPages<CompetitorMerge>;
  readonly presenceOfCustomer: PresencePages;
  readonly pricesOfProduct: ChildPages<CompetitorProductPrice>;
  readonly productsOfCompetitor: ChildPages<CompetitorProduct>;
  readonly reviewsOfCustomer: ChildPages<WinLossReview>;
  readonly revisionsOfDocument: ChildPages<DocumentRevision>;
  readonly rivalsOfProduct: ChildPages<CompetitorProduct>;
};

export const pagesOf = (context: RequestContext): Pages => ({
  activitiesOfCompetitor: childPages(context, CompetitorActivityEntity, 'competitorId'),
  activitiesOfCustomer: childPages(context, CompetitorActivityEntity, 'customerId'),
  activitiesOfOpportunity: childPages(context, CompetitorActivityEntity, 'opportunityId'),
  comparisonsOfProduct: childPages(context, ProductComparisonEntity, 'productId'),
  comparisonsOfRival: childPages(context, ProductComparisonEntity, 'competitorProductId'),
  competitionOfCompetitor: childPages(context, OpportunityCompetitorEntity, 'competitorId'),
  competitionOfCustomer: childPages(context, OpportunityCompetitorEntity, 'customerId'),
  competitionOfOpportunity: childPages(context, OpportunityCompetitorEntity, 'opportunityId'),
  countermeasuresOfActivity: childPages(context, CountermeasureEntity, 'activityId'),
  countermeasuresOfCompetition: childPages(
    context,
    CountermeasureEntity,
    'opportunityCompetitorId',
  ),
  countermeasuresOfCompetitor: childPages(context, CountermeasureEntity, 'competitorId'),
  documentsOfCompetitor: childPages(context, CompetitorDocumentEntity, 'competitorId'),
  documentsOfIntelligence: childPages(context, CompetitorDocumentEntity, 'intelligenceItemId'),
  documentsOfProduct: childPages(context, CompetitorDocumentEntity, 'competitorProductId'),
  followersOfCompetitor: childPages(context, CompetitorFollowEntity, 'competitorId'),
  intelligenceOfCompetitor: childPages(context, IntelligenceItemEntity, 'competitorId'),
  intelligenceOfCustomer: childPages(context, IntelligenceItemEntity, 'customerId'),
  intelligenceOfProduct: childPages(context, IntelligenceItemEntity, 'competitorProductId'),
  mergesOfCompetitor: childPages(context, CompetitorMergeEntity, 'survivorId'),
  presenceOfCustomer: presenceOfCustomer(context),
  pricesOfProduct: childPages(context, CompetitorProductPriceEntity, 'competitorProductId'),
  productsOfCompetitor: childPages(context, CompetitorProductEntity, 'competitorId'),
  reviewsOfCustomer: childPages(context, WinLossReviewEntity, 'customerId'),
  revisionsOfDocument: childPages(context, CompetitorDocumentRevisionEntity, 'documentId'),
  rivalsOfProduct: childPages(context, CompetitorProductEntity, {
    table: 'productRival',
    parentColumn: 'productId',
    column: 'competitorProductId',
  }),
});
