import { migration } from '@crm/kit/database/migration';

/** When the bytes of a removed document were deleted, and by what such documents are found. */
export const purgeDocuments = migration('PurgeDocuments_1796000000100', {
  up: [
    `ALTER TABLE document ADD COLUMN purgedAt DATETIME(3) NULL,
      ADD KEY byRemoval (purgedAt, deletedAt)`,
  ],
  down: ['ALTER TABLE document DROP KEY byRemoval, DROP COLUMN purgedAt'],
});
