import { migration } from '@crm/kit/database/migration';

/** How far the scan of what people are recognised by is. */
export const scanPersonKeys = migration('ScanPersonKeys_1796000000300', {
  up: [
    `CREATE TABLE personKeyScan (
      place TINYINT NOT NULL PRIMARY KEY,
      rules INT NOT NULL,
      cursorId BINARY(16) NULL,
      finishedAt DATETIME(3) NULL
    )`,
    'INSERT INTO personKeyScan (place, rules) VALUES (1, 0)',
  ],
  down: ['DROP TABLE personKeyScan'],
});
