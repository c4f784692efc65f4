import { createCompetitor } from './2026-11-24-create-competitor.ts';
import { createOurProduct } from './2026-11-24-create-our-product.ts';
import { seedVocabulary } from './2026-11-24-seed-vocabulary.ts';

/** In the order they run. A released migration is never edited; a mistake gets a new one. */
export const migrations = [createCompetitor, seedVocabulary, createOurProduct];
