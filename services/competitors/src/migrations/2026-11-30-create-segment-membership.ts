import { migration } from '@crm/kit/database/migration';

/** Which customers are in which segments of analytics; kept from events. */
export const createSegmentMembership = migration('CreateSegmentMembership_1796034971000', {
  up: [
    `CREATE TABLE segmentMembership (
      id BINARY(16) NOT NULL PRIMARY KEY,
      segmentCode VARCHAR(64) NOT NULL,
      customerId BINARY(16) NOT NULL,
      KEY byCustomer (customerId, segmentCode)
    )`,
  ],
  down: ['DROP TABLE segmentMembership'],
});
