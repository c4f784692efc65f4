import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

/** To whom people are shown beside their owners, and what they are recognised by. */
export const createPersonShare = migration('CreatePersonShare_1795996301000', {
  up: [
    `CREATE TABLE personShare (${stamps},
      personId BINARY(16) NOT NULL,
      granteeKind ENUM('STAFF', 'TEAM', 'PARTNER') NOT NULL,
      granteeId BINARY(16) NOT NULL,
      access ENUM('READ', 'WRITE') NOT NULL,
      expiresAt DATETIME(3) NULL,
      revokedAt DATETIME(3) NULL,
      note VARCHAR(500) NULL,
      UNIQUE KEY onceForEach (personId, granteeId),
      KEY byGrantee (granteeId, id)
    )`,
    `CREATE TABLE personKey (
      field ENUM('NAME_AND_BIRTHDAY', 'MOBILE', 'EMAIL') NOT NULL,
      value BINARY(32) NOT NULL,
      personId BINARY(16) NOT NULL,
      PRIMARY KEY (field, value, personId),
      KEY byPerson (personId)
    )`,
  ],
  down: ['DROP TABLE personKey', 'DROP TABLE personShare'],
});
