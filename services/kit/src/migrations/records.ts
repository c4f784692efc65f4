import { migration } from '../database/migration.ts';

/** What `record.ts`, `audit.ts`, `command.ts`, `vocabulary.ts`, `custom-field.ts` and `policy.ts` keep. */
export const createRecordTables = migration('CreateRecordTables_1795478400000', {
  up: [
    `CREATE TABLE audit (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      entity VARCHAR(64) NOT NULL,
      entityId BINARY(16) NOT NULL,
      version INT UNSIGNED NOT NULL,
      action ENUM('CREATE', 'UPDATE', 'DELETE', 'RESTORE') NOT NULL,
      changes JSON NOT NULL,
      at DATETIME(3) NOT NULL,
      byStaffId BINARY(16) NULL,
      bySubject VARCHAR(200) NOT NULL,
      requestId VARCHAR(64) NOT NULL,
      UNIQUE KEY versionOfEntity (entityId, entity, version)
    )`,
    `CREATE TABLE commandCall (
      id BINARY(32) NOT NULL PRIMARY KEY,
      name VARCHAR(64) NOT NULL,
      inputHash BINARY(32) NOT NULL,
      result JSON NULL,
      at DATETIME(3) NOT NULL,
      KEY byAge (at)
    )`,
    `CREATE TABLE vocabularyTerm (
      vocabulary VARCHAR(64) NOT NULL,
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      parent VARCHAR(64) NULL,
      sortOrder INT NOT NULL DEFAULT 0,
      active TINYINT(1) NOT NULL DEFAULT 1,
      PRIMARY KEY (vocabulary, code)
    )`,
    `CREATE TABLE customField (
      id BINARY(16) NOT NULL PRIMARY KEY,
      entity VARCHAR(64) NOT NULL,
      \`key\` VARCHAR(64) NOT NULL,
      type VARCHAR(16) NOT NULL,
      labels JSON NOT NULL,
      required TINYINT(1) NOT NULL,
      options JSON NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_key (entity, \`key\`)
    )`,
    `CREATE TABLE shareGrant (
      resourceId BINARY(16) NOT NULL,
      granteeId BINARY(16) NOT NULL,
      access ENUM('READ', 'COMMENT', 'WRITE') NOT NULL,
      expiresAt DATETIME(3) NULL,
      grantedById BINARY(16) NULL,
      grantedAt DATETIME(3) NOT NULL,
      PRIMARY KEY (resourceId, granteeId)
    )`,
  ],
  down: [
    'DROP TABLE shareGrant',
    'DROP TABLE customField',
    'DROP TABLE vocabularyTerm',
    'DROP TABLE commandCall',
    'DROP TABLE audit',
  ],
});
