import { migration } from '../database/migration.ts';

/** What `record/disclosure.ts` keeps of each read of sensitive fields: no value. */
export const createSensitiveReads = migration('CreateSensitiveReads_1795992429000', {
  up: [
    `CREATE TABLE sensitiveRead (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      entity VARCHAR(64) NOT NULL,
      entityId BINARY(16) NULL,
      fields JSON NOT NULL,
      purpose VARCHAR(200) NOT NULL,
      at DATETIME(3) NOT NULL,
      byStaffId BINARY(16) NULL,
      bySubject VARCHAR(200) NOT NULL,
      requestId VARCHAR(200) NOT NULL,
      KEY byRecord (entityId, entity, id),
      KEY byTime (at)
    )`,
  ],
  down: ['DROP TABLE sensitiveRead'],
});
