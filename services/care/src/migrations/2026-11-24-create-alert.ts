import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createAlert = migration('CreateAlert_1795478510000', {
  up: [
    `CREATE TABLE alertRule (${stamps},
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      kind ENUM('CONTACT_OVERDUE', 'NO_BUSINESS', 'CUSTOM') NOT NULL,
      criteria JSON NULL,
      thresholdDays INT NULL,
      levelThresholds JSON NULL,
      severity ENUM('INFO', 'WARNING', 'CRITICAL') NOT NULL,
      route ENUM('OWNER', 'TEAM_LEAD') NOT NULL,
      escalateAfterDays INT NULL,
      autoResolve TINYINT(1) NOT NULL,
      snoozable TINYINT(1) NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    // place: an alert holds the one place of its rule and customer until it is closed, and a
    // dismissed one until its cause is gone.
    `CREATE TABLE alert (${stamps},
      ruleId BINARY(16) NOT NULL,
      ruleCode VARCHAR(64) NOT NULL,
      customerId BINARY(16) NOT NULL,
      state ENUM('OPEN', 'ACKNOWLEDGED', 'SNOOZED', 'RESOLVED', 'DISMISSED') NOT NULL,
      severity ENUM('INFO', 'WARNING', 'CRITICAL') NOT NULL,
      openedAt DATETIME(3) NOT NULL,
      evidence JSON NULL,
      assigneeId BINARY(16) NULL,
      acknowledgedAt DATETIME(3) NULL,
      snoozedUntil DATETIME(3) NULL,
      escalateAt DATETIME(3) NULL,
      escalatedAt DATETIME(3) NULL,
      closedAt DATETIME(3) NULL,
      closedById BINARY(16) NULL,
      note VARCHAR(500) NULL,
      endedAt DATETIME(3) NULL,
      place TINYINT GENERATED ALWAYS AS (CASE
        WHEN state = 'RESOLVED' THEN NULL
        WHEN state = 'DISMISSED' AND endedAt IS NOT NULL THEN NULL
        ELSE 1 END) VIRTUAL,
      UNIQUE KEY unique_place (ruleId, customerId, place),
      KEY byCustomer (customerId, id),
      KEY byAssignee (assigneeId, state, id),
      KEY bySnooze (state, snoozedUntil),
      KEY byEscalation (state, escalatedAt, escalateAt)
    )`,
    `CREATE TABLE alertSweep (
      ruleId BINARY(16) NOT NULL PRIMARY KEY,
      ruleVersion INT UNSIGNED NOT NULL,
      day DATE NOT NULL,
      customerId BINARY(16) NOT NULL,
      isDone TINYINT(1) NOT NULL
    )`,
  ],
  down: ['DROP TABLE alertSweep', 'DROP TABLE alert', 'DROP TABLE alertRule'],
});
