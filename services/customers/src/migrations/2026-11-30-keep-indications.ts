import { migration } from '@crm/kit/database/migration';

export const keepIndications = migration('KeepIndications_1796041000000', {
  up: [
    // What figures of elsewhere say of a customer's stage, until it is withdrawn.
    `CREATE TABLE lifecycleIndication (
      customerId BINARY(16) NOT NULL PRIMARY KEY,
      ruleCode VARCHAR(64) NOT NULL,
      fromStage VARCHAR(64) NOT NULL,
      toStage VARCHAR(64) NOT NULL,
      mode ENUM('APPLY', 'SUGGEST') NOT NULL,
      priority INT NOT NULL,
      minDwellDays INT NOT NULL,
      evidence JSON NOT NULL
    )`,
    'ALTER TABLE lifecycleSuggestion ADD COLUMN evidence JSON NULL, ALGORITHM = INSTANT',
  ],
  down: ['ALTER TABLE lifecycleSuggestion DROP COLUMN evidence', 'DROP TABLE lifecycleIndication'],
});
