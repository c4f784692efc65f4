import { migration } from '../database/migration.ts';

/** A definition is told to other services, and each event names the version it made. */
export const versionCustomFields = migration('VersionCustomFields_1796053600000', {
  up: ['ALTER TABLE customField ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1'],
  down: ['ALTER TABLE customField DROP COLUMN version'],
});
