import type { Entity } from '@crm/kit/record/entity';
import { CompetitorActivityEntity } from './activity/activity.fields.ts';
import { ProductComparisonEntity } from './comparison/comparison.fields.ts';
import { CompetitorEntity } from './competitor/competitor.fields.ts';
import { CountermeasureEntity } from './countermeasure/countermeasure.fields.ts';
import {
  CompetitorDocumentEntity,
  CompetitorDocumentRevisionEntity,
} from './document/document.fields.ts';
import { CompetitorFollowEntity } from './follow/follow.fields.ts';
import { IntelligenceItemEntity } from './intelligence/intelligence.fields.ts';
import { CompetitorMergeEntity } from './merge/merge.fields.ts';
import { OpportunityCompetitorEntity } from './opportunity-competitor/opportunity-competitor.fields.ts';
import { CompetitorProductPriceEntity } from './price/price.fields.ts';
import { CompetitorProductEntity } from './product/product.fields.ts';
import { WinLossReviewEntity } from './review/review.fields.ts';

/** Every kind of record that this service owns. */
export const entities: readonly Entity[] = [
  CompetitorEntity,
  CompetitorProductEntity,
  CompetitorProductPriceEntity,
  ProductComparisonEntity,
  OpportunityCompetitorEntity,
  CompetitorActivityEntity,
  CompetitorFollowEntity,
  CountermeasureEntity,
  WinLossReviewEntity,
  IntelligenceItemEntity,
  CompetitorDocumentEntity,
  CompetitorDocumentRevisionEntity,
  CompetitorMergeEntity,
];

/** Those that administrators may define fields for. */
export const customisable: readonly Entity[] = [
  CompetitorEntity,
  CompetitorProductEntity,
  OpportunityCompetitorEntity,
];
