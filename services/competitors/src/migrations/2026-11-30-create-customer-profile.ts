import { migration } from '@crm/kit/database/migration';

/** What segments of customers are told apart by, and who supplies whom; kept from events. */
export const createCustomerProfile = migration('CreateCustomerProfile_1796010006000', {
  up: [
    `CREATE TABLE customerProfile (
      id BINARY(16) NOT NULL PRIMARY KEY,
      industry VARCHAR(64) NULL,
      level VARCHAR(64) NULL,
      lifecycleStage VARCHAR(64) NULL,
      province VARCHAR(100) NULL,
      city VARCHAR(100) NULL,
      channelRole VARCHAR(32) NULL,
      KEY byIndustry (industry, id),
      KEY byLevel (level, id),
      KEY byChannelRole (channelRole, id)
    )`,
    `CREATE TABLE supply (
      id BINARY(16) NOT NULL PRIMARY KEY,
      distributorId BINARY(16) NOT NULL,
      endUserId BINARY(16) NOT NULL,
      validFrom DATE NULL,
      validTo DATE NULL,
      KEY byDistributor (distributorId, endUserId),
      KEY byEndUser (endUserId, distributorId)
    )`,
  ],
  down: ['DROP TABLE supply', 'DROP TABLE customerProfile'],
});
