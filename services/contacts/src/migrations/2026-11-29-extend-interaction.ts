import { migration } from '@crm/kit/database/migration';

/** What an interaction is about beside its customer, and who may see it. */
export const extendInteraction = migration('ExtendInteraction_1795960000100', {
  up: [
    `ALTER TABLE interaction
      ADD COLUMN relatesToNeedId BINARY(16) NULL,
      ADD COLUMN relatesToOpportunityId BINARY(16) NULL,
      ADD COLUMN relatesToCareTaskId BINARY(16) NULL,
      ADD COLUMN visibility ENUM('CUSTOMER', 'TEAM', 'PRIVATE') NOT NULL DEFAULT 'CUSTOMER',
      ADD KEY byOpportunity (relatesToOpportunityId, occurredAt, id)`,
  ],
  down: [
    `ALTER TABLE interaction DROP KEY byOpportunity, DROP COLUMN visibility,
      DROP COLUMN relatesToCareTaskId, DROP COLUMN relatesToOpportunityId, DROP COLUMN relatesToNeedId`,
  ],
});
