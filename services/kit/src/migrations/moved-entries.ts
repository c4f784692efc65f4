import { migration } from '../database/migration.ts';

/** What `projection/moved-entry.ts` keeps. */
export const createMovedEntries = migration('CreateMovedEntries_1795991655000', {
  up: [
    `CREATE TABLE movedEntry (
      entity VARCHAR(64) NOT NULL,
      field VARCHAR(64) NOT NULL,
      rowId BINARY(16) NOT NULL,
      originId BINARY(16) NOT NULL,
      PRIMARY KEY (entity, field, rowId, originId),
      KEY byOrigin (originId, entity, field)
    )`,
  ],
  down: ['DROP TABLE movedEntry'],
});
