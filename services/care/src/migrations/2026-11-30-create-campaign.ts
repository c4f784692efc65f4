import { migration } from '@crm/kit/database/migration';

/** A campaign is a plan that gives no care, once on a day instead of on occasions. */
export const createCampaign = migration('CreateCampaign_1796082000000', {
  up: [
    `ALTER TABLE carePlan
      ADD COLUMN kind ENUM('CARE', 'PROMOTION', 'RESEARCH', 'SATISFACTION') NOT NULL DEFAULT 'CARE',
      ADD COLUMN startsOn DATE NULL,
      ADD COLUMN description VARCHAR(2000) NULL,
      MODIFY COLUMN occasionId BINARY(16) NULL`,
    'ALTER TABLE suppressedAddress ADD KEY byDelivery (deliveryId)',
  ],
  down: [
    'ALTER TABLE suppressedAddress DROP KEY byDelivery',
    "DELETE FROM carePlan WHERE kind <> 'CARE'",
    `ALTER TABLE carePlan DROP COLUMN kind, DROP COLUMN startsOn, DROP COLUMN description,
      MODIFY COLUMN occasionId BINARY(16) NOT NULL`,
  ],
});
