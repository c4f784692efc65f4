import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createTouchPlan = migration('CreateTouchPlan_1795960000200', {
  up: [
    `CREATE TABLE touchPlan (${stamps},
      personId BINARY(16) NULL,
      customerId BINARY(16) NULL,
      purpose VARCHAR(500) NOT NULL,
      channel ENUM('VISIT', 'MEETING', 'CALL', 'EMAIL', 'MESSAGE', 'LETTER', 'MEAL', 'GIFT', 'EVENT',
        'OTHER') NULL,
      ownerId BINARY(16) NULL,
      cadenceDays INT NULL,
      dueOn DATE NULL,
      graceDays INT NOT NULL,
      note VARCHAR(1000) NULL,
      status ENUM('DUE', 'PLANNED', 'COMPLETED', 'MISSED', 'CANCELLED') NOT NULL,
      nextDueOn DATE NULL,
      missedOn DATE GENERATED ALWAYS AS (nextDueOn + INTERVAL (graceDays + 1) DAY) STORED,
      lastCompletedOn DATE NULL,
      lastInteractionId BINARY(16) NULL,
      previousDueOn DATE NULL,
      teamId BINARY(16) NULL,
      KEY byPerson (personId, status, nextDueOn, id),
      KEY byCustomer (customerId, status, nextDueOn, id),
      KEY byOwner (ownerId, nextDueOn, id),
      KEY byDue (status, nextDueOn),
      KEY byMiss (status, missedOn),
      KEY byLastInteraction (lastInteractionId)
    )`,
  ],
  down: ['DROP TABLE touchPlan'],
});
