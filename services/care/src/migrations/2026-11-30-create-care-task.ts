import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

const policy = (at: number, values: string): string =>
  `(UNHEX('019e0b0000007000800000000000000${at}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ${values})`;

export const createCareTask = migration('CreateCareTask_1796060300000', {
  up: [
    `CREATE TABLE fatiguePolicy (${stamps},
      code VARCHAR(64) NOT NULL,
      category ENUM('ROUTINE', 'SPECIAL') NULL,
      maxTouches INT NULL,
      periodDays INT NULL,
      onePerOccasion TINYINT(1) NOT NULL,
      quietHoursFrom VARCHAR(5) NULL,
      quietHoursTo VARCHAR(5) NULL,
      quietHoursTimeZone VARCHAR(64) NULL,
      blackouts JSON NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    // What a new company starts with.
    `INSERT INTO fatiguePolicy (id, version, createdAt, updatedAt, code, category, maxTouches,
       periodDays, onePerOccasion, quietHoursFrom, quietHoursTo, quietHoursTimeZone, active)
     VALUES ${[
       policy(1, "'all', NULL, 6, 30, 1, '21:00', '08:00', 'Asia/Shanghai', 1"),
       policy(2, "'routine', 'ROUTINE', 2, 7, 0, NULL, NULL, NULL, 1"),
     ].join(', ')}`,
    // planned: a plan has one task for a person, of whom it is about and a day, whatever becomes of it.
    `CREATE TABLE careTask (${stamps},
      planId BINARY(16) NULL,
      personId BINARY(16) NOT NULL,
      aboutId BINARY(16) NULL,
      customerId BINARY(16) NULL,
      occasionId BINARY(16) NULL,
      occasionOn DATE NOT NULL,
      category ENUM('ROUTINE', 'SPECIAL') NOT NULL,
      purpose ENUM('SERVICE', 'CARE', 'MARKETING', 'SURVEY') NOT NULL,
      state ENUM('PROPOSED', 'SELECTED', 'EXCLUDED', 'SCHEDULED', 'SENT', 'DONE', 'SKIPPED',
        'FAILED', 'SUPPRESSED') NOT NULL,
      reason VARCHAR(64) NULL,
      channel ENUM('PHONE', 'SMS', 'EMAIL', 'IM', 'LETTER', 'VISIT') NULL,
      templateId BINARY(16) NULL,
      dueAt DATETIME(3) NOT NULL,
      assigneeId BINARY(16) NULL,
      decidedById BINARY(16) NULL,
      decidedAt DATETIME(3) NULL,
      endedAt DATETIME(3) NULL,
      note VARCHAR(500) NULL,
      aboutKey BINARY(16) GENERATED ALWAYS AS
        (COALESCE(aboutId, UNHEX('00000000000000000000000000000000'))) VIRTUAL,
      UNIQUE KEY planned (planId, personId, aboutKey, occasionOn),
      KEY byDue (state, dueAt, id),
      KEY byAssignee (assigneeId, state, dueAt),
      KEY byPerson (personId, dueAt),
      KEY byCustomer (customerId, dueAt),
      KEY byPlan (planId, state, dueAt),
      KEY byTime (dueAt, id)
    )`,
  ],
  down: ['DROP TABLE careTask', 'DROP TABLE fatiguePolicy'],
});
