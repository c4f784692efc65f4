import { migration } from '../database/migration.ts';
import { coverCustomFields, indexCustomFields } from './custom-field-index.ts';
import { eventTables } from './events.ts';
import { keyGrantsByGrantee } from './grants-by-grantee.ts';
import { versionCustomFields } from './custom-field-version.ts';
import { createMergedCustomers } from './merged-customers.ts';
import { createMovedEntries } from './moved-entries.ts';
import { addPositionGeneration } from './position-generation.ts';
import { createRecordTables } from './records.ts';
import { createSensitiveReads } from './sensitive-reads.ts';
import { versionVocabularyTerms } from './vocabulary-version.ts';
import { addExportArguments, createImportKept, createTransfers } from './transfers.ts';

/** What every service's schema begins with. */
export const kitMigrations = [
  migration('CreateEventTables_1795478300000', eventTables),
  createRecordTables,
  addPositionGeneration,
  createMergedCustomers,
  createTransfers,
  indexCustomFields,
  createImportKept,
  createMovedEntries,
  createSensitiveReads,
  keyGrantsByGrantee,
  coverCustomFields,
  versionCustomFields,
  addExportArguments,
  versionVocabularyTerms,
];
