import { createProjections } from '@crm/kit/migrations/projections';
import { createCompetitor } from './2026-11-24-create-competitor.ts';
import { createOurProduct } from './2026-11-24-create-our-product.ts';
import { seedVocabulary } from './2026-11-24-seed-vocabulary.ts';
import { createOpportunityCompetitor } from './2026-11-30-create-opportunity-competitor.ts';

/** In the order they run. A released migration is never edited; a mistake gets a new one. */
export const migrations = [
  createProjections,
  createCompetitor,
  seedVocabulary,
  createOurProduct,
  createOpportunityCompetitor,
];
