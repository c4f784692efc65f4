import { createProjections } from '@crm/kit/migrations/projections';
import { createCompetitor } from './2026-11-24-create-competitor.ts';
import { createOurProduct } from './2026-11-24-create-our-product.ts';
import { seedVocabulary } from './2026-11-24-seed-vocabulary.ts';
import { createCompetitorActivity } from './2026-11-30-create-competitor-activity.ts';
import { createCompetitorDocument } from './2026-11-30-create-competitor-document.ts';
import { createCompetitorMerge } from './2026-11-30-create-competitor-merge.ts';
import { createCustomerProfile } from './2026-11-30-create-customer-profile.ts';
import { createIntelligenceItem } from './2026-11-30-create-intelligence-item.ts';
import { createMergedCompetitor } from './2026-11-30-create-merged-competitor.ts';
import { createOpportunityCompetitor } from './2026-11-30-create-opportunity-competitor.ts';
import { createProductPrice } from './2026-11-30-create-product-price.ts';
import { createSegmentMembership } from './2026-11-30-create-segment-membership.ts';
import { createWinLossReview } from './2026-11-30-create-win-loss-review.ts';
import { extendCompetitor } from './2026-11-30-extend-competitor.ts';
import { indexContests } from './2026-11-30-index-contests.ts';

/** In the order they run. A released migration is never edited; a mistake gets a new one. */
export const migrations = [
  createProjections,
  createCompetitor,
  seedVocabulary,
  createOurProduct,
  createOpportunityCompetitor,
  createCompetitorActivity,
  createWinLossReview,
  extendCompetitor,
  createProductPrice,
  indexContests,
  createCustomerProfile,
  createIntelligenceItem,
  createMergedCompetitor,
  createCompetitorDocument,
  createCompetitorMerge,
  createSegmentMembership,
];
