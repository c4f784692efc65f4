import { migration } from '@crm/kit/database/migration';

/** Printed letters, for some minutes. Their bytes are parts of stored files. */
export const createLetterFile = migration('CreateLetterFile_1796083000000', {
  up: [
    `CREATE TABLE letterFile (
      id BINARY(16) NOT NULL PRIMARY KEY,
      name VARCHAR(200) NOT NULL,
      size INT UNSIGNED NOT NULL,
      sha256 CHAR(64) CHARACTER SET ascii NOT NULL,
      expiresAt DATETIME(3) NOT NULL,
      KEY byEnd (expiresAt)
    )`,
  ],
  down: ['DROP TABLE letterFile'],
});
