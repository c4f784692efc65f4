import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createCalendarFeed = migration('CreateCalendarFeed_1796083010000', {
  up: [
    `CREATE TABLE calendarFeed (${stamps},
      subject VARCHAR(200) NOT NULL,
      scope ENUM('MINE', 'TEAM') NOT NULL,
      locale ENUM('ZH_CN', 'EN') NOT NULL,
      renewedAt DATETIME(3) NOT NULL,
      revokedAt DATETIME(3) NULL,
      staffId BINARY(16) NULL,
      roles JSON NOT NULL,
      teamIds JSON NOT NULL,
      secretHash BINARY(32) NULL,
      UNIQUE KEY unique_scope (subject, scope),
      UNIQUE KEY unique_secret (secretHash)
    )`,
  ],
  down: ['DROP TABLE calendarFeed'],
});
