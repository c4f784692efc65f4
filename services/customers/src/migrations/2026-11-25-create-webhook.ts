import { migration } from '@crm/kit/database/migration';

const stamps = `
  id BINARY(16) NOT NULL PRIMARY KEY,
  version INT UNSIGNED NOT NULL DEFAULT 1,
  createdAt DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
  createdById BINARY(16) NULL,
  updatedAt DATETIME(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
  updatedById BINARY(16) NULL,
  deletedAt DATETIME(3) NULL,
  customFields JSON NULL`;

/**
 * Deliveries of one webhook wait in lanes, one for each customer, in the order of `position`. A lane
 * has a row while anything waits in it: its time is that of the delivery in front, so that what
 * waits behind one that failed costs nothing.
 */
export const createWebhook = migration('CreateWebhook_1795601000000', {
  up: [
    `CREATE TABLE webhook (${stamps},
      name VARCHAR(100) NOT NULL,
      url VARCHAR(500) NOT NULL,
      filter JSON NULL,
      active TINYINT(1) NOT NULL,
      ownerSubject VARCHAR(200) COLLATE utf8mb4_0900_bin NOT NULL,
      staffId BINARY(16) NULL,
      roles JSON NOT NULL,
      teamIds JSON NOT NULL,
      salt VARCHAR(40) NOT NULL,
      previousSalt VARCHAR(40) NULL,
      previousUntil DATETIME(3) NULL,
      failingSince DATETIME(3) NULL,
      inactiveSince DATETIME(3) NULL,
      disabledReason VARCHAR(200) NULL,
      KEY byOwner (ownerSubject, id)
    )`,
    `CREATE TABLE webhookDelivery (${stamps},
      position BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      webhookId BINARY(16) NOT NULL,
      laneId BINARY(16) NOT NULL,
      eventId BINARY(16) NOT NULL,
      subject VARCHAR(80) NOT NULL,
      kind ENUM('CREATED', 'UPDATED', 'DELETED', 'RESTORED', 'GAP') NOT NULL,
      entityKind VARCHAR(40) NULL,
      entityId BINARY(16) NULL,
      recordVersion INT UNSIGNED NULL,
      customerId BINARY(16) NULL,
      changedFields JSON NOT NULL,
      occurredAt DATETIME(3) NOT NULL,
      state ENUM('PENDING', 'RETRYING', 'DELIVERED', 'DEAD') NOT NULL DEFAULT 'PENDING',
      attempts SMALLINT UNSIGNED NOT NULL DEFAULT 0,
      nextAttemptAt DATETIME(3) NULL,
      lastStatus SMALLINT UNSIGNED NULL,
      problem VARCHAR(200) NULL,
      deliveredAt DATETIME(3) NULL,
      isOpen TINYINT GENERATED ALWAYS AS (state IN ('PENDING', 'RETRYING')) VIRTUAL,
      UNIQUE KEY byPosition (position),
      UNIQUE KEY once (webhookId, eventId),
      KEY inLane (webhookId, laneId, isOpen, position),
      KEY byState (webhookId, state, id),
      KEY byAge (createdAt)
    )`,
    `CREATE TABLE webhookLane (
      webhookId BINARY(16) NOT NULL,
      laneId BINARY(16) NOT NULL,
      dueAt DATETIME(3) NOT NULL,
      PRIMARY KEY (webhookId, laneId),
      KEY byTime (webhookId, dueAt)
    )`,
  ],
  down: ['DROP TABLE webhookLane', 'DROP TABLE webhookDelivery', 'DROP TABLE webhook'],
});
