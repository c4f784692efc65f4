import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createIndicator = migration('CreateIndicator_1796051000000', {
  up: [
    `CREATE TABLE indicator (${stamps},
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      category ENUM('TRANSACTION', 'FINANCIAL', 'ATTRIBUTE', 'ENGAGEMENT', 'RELATIONSHIP') NOT NULL,
      subjectType ENUM('CUSTOMER', 'PERSON', 'COMPETITOR', 'STAFF') NOT NULL,
      source JSON NOT NULL,
      valueType ENUM('NUMBER', 'TEXT', 'BOOLEAN') NOT NULL,
      unit VARCHAR(16) NULL,
      isActive TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    // A person's interactions are found by the ids in the list.
    `ALTER TABLE interactionFact
      ADD KEY byPerson ((CAST(personIds AS CHAR(36) ARRAY)))`,
    // What somebody has sold.
    `ALTER TABLE orderFact
      ADD KEY bySalesperson (salespersonId, deletedAt, amountCurrency, orderedOn, amountAmount)`,
    `ALTER TABLE interactionFact ADD KEY byStaff (staffId, deletedAt, occurredAt, kind, direction)`,
  ],
  down: [
    'ALTER TABLE interactionFact DROP KEY byStaff',
    'ALTER TABLE orderFact DROP KEY bySalesperson',
    'ALTER TABLE interactionFact DROP KEY byPerson',
    'DROP TABLE indicator',
  ],
});
