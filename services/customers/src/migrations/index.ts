import { createCustomer } from './2026-11-24-create-customer.ts';
import { seedVocabulary } from './2026-11-24-seed-vocabulary.ts';
import { createWebhook } from './2026-11-25-create-webhook.ts';
import { createCredit } from './2026-11-29-create-credit.ts';
import { createOpportunity } from './2026-11-29-create-opportunity.ts';
import { createQualification } from './2026-11-29-create-qualification.ts';
import { createRelation } from './2026-11-29-create-relation.ts';
import { createDuplicate } from './2026-11-29-create-duplicate.ts';
import { createMerge } from './2026-11-29-create-merge.ts';
import { createOwnership } from './2026-11-29-create-ownership.ts';
import { createLifecycle } from './2026-11-29-create-lifecycle.ts';
import { keyTeamLists } from './2026-11-29-key-team-lists.ts';
import { listCustomers } from './2026-11-29-list-customers.ts';
import { printDuplicateKeys } from './2026-11-30-print-duplicate-keys.ts';
import { keepIndications } from './2026-11-30-keep-indications.ts';

/** In the order they run. A released migration is never edited; a mistake gets a new one. */
export const migrations = [
  createCustomer,
  seedVocabulary,
  createWebhook,
  createCredit,
  createRelation,
  createOpportunity,
  createQualification,
  createDuplicate,
  createMerge,
  createOwnership,
  createLifecycle,
  listCustomers,
  keyTeamLists,
  printDuplicateKeys,
  keepIndications,
];
