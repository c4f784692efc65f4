import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createOccasion = migration('CreateOccasion_1796060200000', {
  up: [
    `CREATE TABLE occasion (${stamps},
      code VARCHAR(64) NOT NULL,
      labels JSON NOT NULL,
      category ENUM('ROUTINE', 'SPECIAL') NOT NULL,
      kind ENUM('FESTIVAL', 'EVENT_INVITATION', 'BIRTHDAY', 'PROMOTION', 'FAMILY', 'ANNIVERSARY',
        'CUSTOM') NOT NULL,
      dateRule JSON NULL,
      \`trigger\` VARCHAR(64) NULL,
      leadDays INT NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live)
    )`,
    `CREATE TABLE holiday (
      day DATE NOT NULL PRIMARY KEY,
      kind ENUM('HOLIDAY', 'WORKDAY') NOT NULL,
      name VARCHAR(100) NOT NULL
    )`,
    // Years of which it is known what is announced.
    'CREATE TABLE holidayYear (year SMALLINT NOT NULL PRIMARY KEY)',
  ],
  down: ['holidayYear', 'holiday', 'occasion'].map((table) => `DROP TABLE ${table}`),
});
