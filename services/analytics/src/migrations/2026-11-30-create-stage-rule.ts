import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

const labels = JSON.stringify({ zh: '沉睡客户恢复联络', en: 'In contact with a dormant customer' });
const criteria = JSON.stringify({
  lifecycleStage: { eq: 'DORMANT' },
  lastInteractionAt: { withinDays: -30 },
});

export const createStageRule = migration('CreateStageRule_1796000500000', {
  up: [
    `CREATE TABLE stageRule (${stampColumns},
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      toStage VARCHAR(64) NOT NULL,
      criteria JSON NOT NULL,
      priority INT NOT NULL,
      mode ENUM('APPLY', 'SUGGEST') NOT NULL,
      minDwellDays INT NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    // What customers knows by itself, the first order and a year without one, has its rules there.
    `INSERT INTO stageRule (id, version, createdAt, updatedAt, code, labels, toStage, criteria,
       priority, mode, minDwellDays, active)
     VALUES (UNHEX('019dcf0a000070008000000000000210'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
       'dormant_in_contact', '${labels}', 'POTENTIAL', '${criteria}', 20, 'SUGGEST', 0, 1)`,
    `CREATE TABLE stageSuggestion (
      customerId BINARY(16) NOT NULL PRIMARY KEY,
      version INT UNSIGNED NOT NULL,
      ruleCode VARCHAR(64) NOT NULL,
      fromStage VARCHAR(64) NOT NULL,
      toStage VARCHAR(64) NOT NULL,
      evidence JSON NOT NULL,
      since DATETIME(3) NOT NULL,
      endedAt DATETIME(3) NULL
    )`,
    `CREATE TABLE stageSweep (
      day DATE NOT NULL PRIMARY KEY,
      cursorId BINARY(16) NOT NULL,
      isDone TINYINT(1) NOT NULL
    )`,
  ],
  down: ['DROP TABLE stageSweep', 'DROP TABLE stageSuggestion', 'DROP TABLE stageRule'],
});
