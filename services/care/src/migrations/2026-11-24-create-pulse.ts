import { migration } from '@crm/kit/database/migration';

/** Days are those of the company's time zone. */
const day = (instant: string): string => `CAST(${instant} + INTERVAL 8 HOUR AS DATE)`;

export const createPulse = migration('CreatePulse_1795478500000', {
  up: [
    `CREATE TABLE customerPulse (
      id BINARY(16) NOT NULL PRIMARY KEY,
      code VARCHAR(64) NOT NULL,
      name VARCHAR(200) COLLATE utf8mb4_zh_0900_as_cs NOT NULL,
      kind VARCHAR(64) NOT NULL,
      country VARCHAR(100) NULL,
      province VARCHAR(100) NULL,
      city VARCHAR(100) NULL,
      industry VARCHAR(64) NULL,
      level VARCHAR(64) NULL,
      categories JSON NOT NULL,
      channelRole VARCHAR(64) NULL,
      lifecycleStage VARCHAR(64) NOT NULL,
      designation VARCHAR(64) NULL,
      source VARCHAR(64) NULL,
      ownerId BINARY(16) NULL,
      teamId BINARY(16) NULL,
      createdAt DATETIME(3) NOT NULL,
      lastInteractionAt DATETIME(3) NULL,
      lastOrderOn DATE NULL,
      deletedAt DATETIME(3) NULL,
      contactClockOn DATE GENERATED ALWAYS AS
        (${day('COALESCE(lastInteractionAt, createdAt)')}) STORED,
      orderClockOn DATE GENERATED ALWAYS AS (COALESCE(lastOrderOn, ${day('createdAt')})) STORED
    )`,
    `CREATE TABLE customerOrder (
      id BINARY(16) NOT NULL PRIMARY KEY,
      customerId BINARY(16) NOT NULL,
      at DATE NOT NULL,
      KEY byCustomer (customerId, at)
    )`,
    `CREATE TABLE customerInteraction (
      id BINARY(16) NOT NULL PRIMARY KEY,
      customerId BINARY(16) NOT NULL,
      at DATETIME(3) NOT NULL,
      KEY byCustomer (customerId, at)
    )`,
    'CREATE TABLE pulseDue (customerId BINARY(16) NOT NULL PRIMARY KEY)',
  ],
  down: [
    'DROP TABLE pulseDue',
    'DROP TABLE customerInteraction',
    'DROP TABLE customerOrder',
    'DROP TABLE customerPulse',
  ],
});
