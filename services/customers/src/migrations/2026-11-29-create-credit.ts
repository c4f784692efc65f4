import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

export const createCredit = migration('CreateCredit_1795948200000', {
  up: [
    `CREATE TABLE creditAccount (${stampColumns},
      customerId BINARY(16) NOT NULL,
      currency CHAR(3) NOT NULL,
      limitAmount DECIMAL(18,2) NOT NULL,
      exposureAmount DECIMAL(18,2) NOT NULL,
      paymentTermDays SMALLINT UNSIGNED NULL,
      overdueDaysMax SMALLINT UNSIGNED NULL,
      isOnHold TINYINT(1) NOT NULL,
      holdReason VARCHAR(1000) NULL,
      heldAt DATETIME(3) NULL,
      UNIQUE KEY unique_currency (customerId, currency, live),
      KEY byHold (isOnHold, id),
      KEY byLimit (limitAmount, id),
      KEY byExposure (exposureAmount, id),
      CHECK (limitAmount >= 0 AND exposureAmount >= 0)
    )`,
    `CREATE TABLE creditEvent (${stampColumns},
      accountId BINARY(16) NOT NULL,
      customerId BINARY(16) NOT NULL,
      kind ENUM('LIMIT_SET', 'USED', 'FREED', 'PAID_ON_TIME', 'PAID_LATE', 'HELD', 'RELEASED') NOT NULL,
      currency CHAR(3) NOT NULL,
      amountAmount DECIMAL(18,2) NULL,
      exposureAmount DECIMAL(18,2) NOT NULL,
      daysLate SMALLINT UNSIGNED NULL,
      orderId BINARY(16) NULL,
      paymentId BINARY(16) NULL,
      receivableId BINARY(16) NULL,
      reason VARCHAR(1000) NULL,
      KEY byAccount (accountId, id),
      KEY byCustomer (customerId, id),
      KEY byKind (kind, id),
      KEY byOrder (orderId),
      KEY byCreation (createdAt, id)
    )`,
    `ALTER TABLE salesOrder
       ADD COLUMN isHeld TINYINT(1) NOT NULL DEFAULT 0,
       ADD COLUMN holdReason VARCHAR(200) NULL,
       ADD KEY byHold (isHeld, id)`,
  ],
  down: [
    'ALTER TABLE salesOrder DROP KEY byHold, DROP COLUMN isHeld, DROP COLUMN holdReason',
    'DROP TABLE creditEvent',
    'DROP TABLE creditAccount',
  ],
});
