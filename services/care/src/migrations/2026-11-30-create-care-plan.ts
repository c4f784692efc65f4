import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createCarePlan = migration('CreateCarePlan_1796060400000', {
  up: [
    `CREATE TABLE carePlan (${stamps},
      name VARCHAR(200) NOT NULL,
      occasionId BINARY(16) NOT NULL,
      category ENUM('ROUTINE', 'SPECIAL') NOT NULL,
      purpose ENUM('SERVICE', 'CARE', 'MARKETING', 'SURVEY') NOT NULL,
      audience JSON NULL,
      target ENUM('PRINCIPAL', 'PROXY', 'ALL_CONTACTS', 'FAMILY_MEMBER') NOT NULL,
      mode ENUM('AUTOMATIC', 'CONFIRM', 'MANUAL') NOT NULL,
      channels JSON NOT NULL,
      templates JSON NULL,
      leadDays INT NULL,
      sendWindowFrom VARCHAR(5) NULL,
      sendWindowTo VARCHAR(5) NULL,
      sendWindowWorkdaysOnly TINYINT(1) NULL,
      budgetAmount DECIMAL(18, 2) NULL,
      budgetCurrency VARCHAR(3) NULL,
      ownerId BINARY(16) NULL,
      teamId BINARY(16) NULL,
      status ENUM('DRAFT', 'AWAITING_APPROVAL', 'ACTIVE', 'PAUSED', 'FINISHED') NOT NULL,
      validFrom DATE NULL,
      validTo DATE NULL,
      reach JSON NULL,
      audienceSize INT NULL,
      requestedById BINARY(16) NULL,
      approvedById BINARY(16) NULL,
      approvedAt DATETIME(3) NULL,
      KEY byOwner (ownerId, id),
      KEY byTeam (teamId, id),
      KEY byStatus (status, id)
    )`,
    // How far the planner has come with a plan today, and what keeps it from its work.
    `CREATE TABLE carePlanSweep (
      planId BINARY(16) NOT NULL PRIMARY KEY,
      planVersion INT UNSIGNED NOT NULL,
      day DATE NOT NULL,
      personId BINARY(16) NOT NULL,
      isDone TINYINT(1) NOT NULL,
      problem VARCHAR(500) NULL
    )`,
    // Of customers, as analytics tells it.
    `CREATE TABLE segmentMember (
      id BINARY(16) NOT NULL PRIMARY KEY,
      version INT UNSIGNED NOT NULL,
      createdAt DATETIME(3) NOT NULL,
      updatedAt DATETIME(3) NOT NULL,
      deletedAt DATETIME(3) NULL,
      segmentId BINARY(16) NOT NULL,
      subjectId BINARY(16) NOT NULL,
      KEY bySegment (segmentId, subjectId),
      KEY bySubject (subjectId, segmentId)
    )`,
  ],
  down: ['segmentMember', 'carePlanSweep', 'carePlan'].map((table) => `DROP TABLE ${table}`),
});
