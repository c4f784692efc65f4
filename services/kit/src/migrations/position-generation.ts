import { migration } from '../database/migration.ts';

/** Tells the data that a consumer has made from data that was put in its place. */
export const addPositionGeneration = migration('AddPositionGeneration_1795947922000', {
  up: ['ALTER TABLE consumerPosition ADD COLUMN generation INT UNSIGNED NOT NULL DEFAULT 0'],
  down: ['ALTER TABLE consumerPosition DROP COLUMN generation'],
});
