import { migration } from '@crm/kit/database/migration';

const kinds = (...more: readonly string[]): string =>
  ['CONTACT_OVERDUE', 'NO_BUSINESS', ...more, 'CUSTOM'].map((kind) => `'${kind}'`).join(', ');

export const addAlertKinds = migration('AddAlertKinds_1796080000000', {
  up: [
    `ALTER TABLE alertRule
      MODIFY kind ENUM(${kinds('RECEIVABLE_OVERDUE', 'CREDIT_LIMIT_NEAR', 'GRADE_FELL')}) NOT NULL,
      MODIFY route ENUM('OWNER', 'TEAM_LEAD', 'ROLE') NOT NULL,
      ADD COLUMN role ENUM('MANAGER', 'CARE_AGENT', 'ADMIN') NULL,
      ADD COLUMN thresholdPercent INT NULL,
      ADD COLUMN levelPercents JSON NULL,
      ADD COLUMN model VARCHAR(64) NULL`,
    `ALTER TABLE alert
      ADD COLUMN assigneeRole ENUM('MANAGER', 'CARE_AGENT', 'ADMIN') NULL,
      ADD COLUMN creditUsedPercent INT NULL,
      ADD KEY byRole (assigneeRole, state, id)`,
    `ALTER TABLE customerPulse
      ADD COLUMN oldestDueOn DATE NULL,
      ADD COLUMN creditUsedPercent INT NULL`,
    // Those that still want money.
    `CREATE TABLE customerReceivable (
      id BINARY(16) NOT NULL PRIMARY KEY,
      customerId BINARY(16) NOT NULL,
      dueOn DATE NOT NULL,
      KEY byCustomer (customerId, dueOn)
    )`,
    `CREATE TABLE customerCredit (
      id BINARY(16) NOT NULL PRIMARY KEY,
      customerId BINARY(16) NOT NULL,
      usedPercent INT NOT NULL,
      KEY byCustomer (customerId, usedPercent)
    )`,
    // isOpen: whether everybody may read the grades.
    `CREATE TABLE gradeFall (
      customerId BINARY(16) NOT NULL,
      model VARCHAR(64) NOT NULL,
      fromGrade VARCHAR(64) NOT NULL,
      fromScore DECIMAL(30, 10) NOT NULL,
      toGrade VARCHAR(64) NOT NULL,
      fellOn DATE NOT NULL,
      isOpen TINYINT(1) NOT NULL,
      PRIMARY KEY (customerId, model)
    )`,
  ],
  down: [
    'DROP TABLE gradeFall',
    'DROP TABLE customerCredit',
    'DROP TABLE customerReceivable',
    'ALTER TABLE customerPulse DROP COLUMN creditUsedPercent, DROP COLUMN oldestDueOn',
    'ALTER TABLE alert DROP KEY byRole, DROP COLUMN creditUsedPercent, DROP COLUMN assigneeRole',
    `ALTER TABLE alertRule DROP COLUMN model, DROP COLUMN levelPercents, DROP COLUMN thresholdPercent,
      DROP COLUMN role, MODIFY route ENUM('OWNER', 'TEAM_LEAD') NOT NULL,
      MODIFY kind ENUM(${kinds()}) NOT NULL`,
  ],
});
