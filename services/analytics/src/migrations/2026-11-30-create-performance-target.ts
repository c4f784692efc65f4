import { migration } from '@crm/kit/database/migration';

export const createPerformanceTarget = migration('CreatePerformanceTarget_1796054600000', {
  up: [
    `CREATE TABLE performanceTarget (
      id BINARY(16) NOT NULL PRIMARY KEY,
      version INT UNSIGNED NOT NULL,
      createdAt DATETIME(3) NOT NULL,
      createdById BINARY(16) NULL,
      updatedAt DATETIME(3) NOT NULL,
      updatedById BINARY(16) NULL,
      deletedAt DATETIME(3) NULL,
      customFields JSON NULL,
      live TINYINT GENERATED ALWAYS AS (IF(deletedAt IS NULL, 1, NULL)) VIRTUAL,
      staffId BINARY(16) NULL,
      teamId BINARY(16) NULL,
      measure ENUM('ORDER_AMOUNT', 'COLLECTION_AMOUNT', 'VISIT_COUNT', 'NEW_CUSTOMER_COUNT') NOT NULL,
      period ENUM('MONTH', 'QUARTER', 'YEAR') NOT NULL,
      startsOn DATE NOT NULL,
      value DECIMAL(18,2) NOT NULL,
      UNIQUE KEY unique_staffId (staffId, period, startsOn, measure, live),
      UNIQUE KEY unique_teamId (teamId, period, startsOn, measure, live),
      KEY byPeriod (period, startsOn, id)
    )`,
    // New customers are counted in a key alone; orders and visits have theirs already.
    `ALTER TABLE customer ADD KEY byOwnerAndCreation (ownerId, deletedAt, createdAt)`,
  ],
  down: ['ALTER TABLE customer DROP KEY byOwnerAndCreation', 'DROP TABLE performanceTarget'],
});
