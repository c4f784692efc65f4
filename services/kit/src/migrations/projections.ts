import { migration } from '../database/migration.ts';

/**
 * What a service other than customers keeps of customers and staff; `customer-access.ts` and
 * `staff-directory.ts` fill and read it.
 */
export const createProjections = migration('CreateProjections_1795478450000', {
  up: [
    `CREATE TABLE customerAccess (
      id BINARY(16) NOT NULL PRIMARY KEY,
      ownerId BINARY(16) NULL,
      teamId BINARY(16) NULL,
      deletedAt DATETIME(3) NULL,
      KEY byOwner (ownerId, id),
      KEY byTeam (teamId, id)
    )`,
    `CREATE TABLE staffMember (
      id BINARY(16) NOT NULL PRIMARY KEY,
      code VARCHAR(64) NOT NULL,
      name VARCHAR(100) COLLATE utf8mb4_zh_0900_as_cs NOT NULL,
      teamId BINARY(16) NULL,
      managerId BINARY(16) NULL,
      active TINYINT(1) NOT NULL,
      deletedAt DATETIME(3) NULL,
      KEY byTeam (teamId, id)
    )`,
  ],
  down: ['DROP TABLE staffMember', 'DROP TABLE customerAccess'],
});
