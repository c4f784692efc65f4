import { migration } from '../database/migration.ts';

/** A term is told to other services, and each event names the version it made. */
export const versionVocabularyTerms = migration('VersionVocabularyTerms_1796057500000', {
  up: ['ALTER TABLE vocabularyTerm ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1'],
  down: ['ALTER TABLE vocabularyTerm DROP COLUMN version'],
});
