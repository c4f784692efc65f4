import { migration } from '@crm/kit/database/migration';

/** When receivables were settled, what contacts were about, what competitors did, what runs came to. */
export const keepSettlements = migration('KeepSettlements_1796057100000', {
  up: [
    // Payments may be told before what they settle.
    `CREATE TABLE receivablePayment (
      receivableId BINARY(16) NOT NULL PRIMARY KEY,
      lastPaidOn DATE NOT NULL
    )`,
    `ALTER TABLE receivableFact
      ADD COLUMN settledOn DATE NULL,
      ADD KEY bySettlement (customerId, deletedAt, settledOn, dueOn)`,
    `ALTER TABLE interactionFact
      ADD COLUMN opportunityId BINARY(16) NULL,
      ADD COLUMN careTaskId BINARY(16) NULL`,
    `CREATE TABLE activityFact (
      id BINARY(16) NOT NULL PRIMARY KEY,
      version INT UNSIGNED NOT NULL,
      updatedAt DATETIME(3) NOT NULL,
      deletedAt DATETIME(3) NULL,
      competitorId BINARY(16) NOT NULL,
      kind VARCHAR(32) NOT NULL,
      occurredOn DATE NOT NULL,
      reliability VARCHAR(16) NOT NULL,
      impact VARCHAR(16) NULL,
      customerId BINARY(16) NULL,
      opportunityId BINARY(16) NULL,
      audience VARCHAR(8) GENERATED ALWAYS AS (IF(customerId IS NULL, 'COMPANY', 'CUSTOMER')) VIRTUAL,
      KEY byCompetitor (competitorId, deletedAt, occurredOn),
      KEY byCustomer (customerId, deletedAt, occurredOn)
    )`,
    `ALTER TABLE evaluationRun ADD COLUMN resultHash CHAR(64) CHARACTER SET ascii NULL`,
  ],
  down: [
    'ALTER TABLE evaluationRun DROP COLUMN resultHash',
    'DROP TABLE activityFact',
    'ALTER TABLE interactionFact DROP COLUMN careTaskId, DROP COLUMN opportunityId',
    'ALTER TABLE receivableFact DROP KEY bySettlement, DROP COLUMN settledOn',
    'DROP TABLE receivablePayment',
  ],
});
