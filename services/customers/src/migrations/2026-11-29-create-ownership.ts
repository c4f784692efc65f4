import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

export const createOwnership = migration('CreateOwnership_1795950002000', {
  up: [
    `CREATE TABLE ownershipTerm (${stampColumns},
      customerId BINARY(16) NOT NULL,
      ownerId BINARY(16) NULL,
      teamId BINARY(16) NULL,
      startedAt DATETIME(3) NOT NULL,
      endedAt DATETIME(3) NULL,
      kind ENUM('CREATED', 'CHANGED', 'TRANSFERRED', 'CLAIMED', 'RELEASED', 'RECYCLED', 'MERGED')
        NOT NULL,
      reason VARCHAR(500) NULL,
      isCurrent TINYINT GENERATED ALWAYS AS (IF(endedAt IS NULL, 1, NULL)) VIRTUAL,
      UNIQUE KEY oneAtATime (customerId, isCurrent),
      KEY byCustomer (customerId, startedAt, id),
      KEY byOwner (ownerId, startedAt)
    )`,
    // Since when those of before have had their customers is not known better than this.
    `INSERT INTO ownershipTerm
       (id, version, createdAt, updatedAt, customerId, ownerId, teamId, startedAt, kind)
     SELECT UUID_TO_BIN(UUID(), 1), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), id, ownerId, teamId,
       createdAt, 'CREATED' FROM customer`,
    `CREATE TABLE share (${stampColumns},
      customerId BINARY(16) NOT NULL,
      granteeKind ENUM('STAFF', 'TEAM', 'PARTNER') NOT NULL,
      granteeId BINARY(16) NOT NULL,
      access ENUM('READ', 'WRITE') NOT NULL,
      expiresAt DATETIME(3) NULL,
      revokedAt DATETIME(3) NULL,
      note VARCHAR(500) NULL,
      UNIQUE KEY onceForEach (customerId, granteeId),
      KEY byGrantee (granteeId, customerId)
    )`,
    `CREATE TABLE poolPolicy (${stampColumns},
      recycleAfterDays INT NULL,
      criteria JSON NULL,
      capacity INT NULL,
      active TINYINT(1) NOT NULL
    )`,
    `INSERT INTO poolPolicy (id, version, createdAt, updatedAt, recycleAfterDays, active)
     VALUES (UNHEX('019dcf0a000070008000000000000120'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 90, 0)`,
    `CREATE TABLE poolSweep (
      day DATE NOT NULL PRIMARY KEY,
      cursorId BINARY(16) NOT NULL,
      isDone TINYINT(1) NOT NULL
    )`,
    `CREATE TABLE customerContact (
      customerId BINARY(16) NOT NULL PRIMARY KEY,
      lastAt DATETIME(3) NOT NULL
    )`,
  ],
  down: [
    'DROP TABLE customerContact',
    'DROP TABLE poolSweep',
    'DROP TABLE poolPolicy',
    'DROP TABLE share',
    'DROP TABLE ownershipTerm',
  ],
});
