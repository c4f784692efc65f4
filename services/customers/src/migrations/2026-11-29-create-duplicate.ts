import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

/** How much equal values say; the company may change it. */
const rules: readonly (readonly [field: string, weight: number, onCreate: string])[] = [
  ['REGISTRATION_NUMBER', 100, 'REFUSE'],
  ['NAME', 85, 'CONFIRM'],
  ['PINYIN', 50, 'TELL'],
  ['WEBSITE', 60, 'TELL'],
  ['PHONE', 40, 'TELL'],
];

const rows = rules.map(
  ([field, weight, onCreate], at) =>
    `(UNHEX('019dcf0a00007000800000000000010${at}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
      '${field}', ${weight}, '${onCreate}', 1)`,
);

export const createDuplicate = migration('CreateDuplicate_1795950000000', {
  up: [
    // One collation for whatever is compared here: equal means equal, for values are normal already.
    `CREATE TABLE duplicateKey (
      field VARCHAR(20) COLLATE utf8mb4_bin NOT NULL,
      value VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
      customerId BINARY(16) NOT NULL,
      PRIMARY KEY (field, value, customerId),
      KEY byCustomer (customerId)
    )`,
    `CREATE TABLE duplicateRule (${stampColumns},
      field ENUM('REGISTRATION_NUMBER', 'NAME', 'PINYIN', 'WEBSITE', 'PHONE')
        COLLATE utf8mb4_bin NOT NULL,
      weight INT NOT NULL,
      onCreate ENUM('REFUSE', 'CONFIRM', 'TELL') NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_field (field, live)
    )`,
    `INSERT INTO duplicateRule
       (id, version, createdAt, updatedAt, field, weight, onCreate, active)
     VALUES ${rows.join(', ')}`,
    `CREATE TABLE duplicateCandidate (${stampColumns},
      firstId BINARY(16) NOT NULL,
      secondId BINARY(16) NOT NULL,
      score INT NOT NULL,
      fields JSON NOT NULL,
      state ENUM('OPEN', 'CONFIRMED', 'DISMISSED', 'MERGED') NOT NULL,
      note VARCHAR(500) NULL,
      UNIQUE KEY unique_pair (firstId, secondId),
      KEY bySecond (secondId),
      KEY byScore (score, id),
      KEY byState (state, score, id)
    )`,
    `CREATE TABLE duplicateScan (${stampColumns},
      cursorId BINARY(16) NULL,
      scanned INT NOT NULL,
      found INT NOT NULL,
      finishedAt DATETIME(3) NULL,
      KEY byEnd (finishedAt)
    )`,
    // Customers of before have no keys yet: the first scan makes them.
    `INSERT INTO duplicateScan (id, version, createdAt, updatedAt, scanned, found)
     SELECT UNHEX('019dcf0a000070008000000000000110'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 0, 0
     FROM customer LIMIT 1`,
  ],
  down: [
    'DROP TABLE duplicateScan',
    'DROP TABLE duplicateCandidate',
    'DROP TABLE duplicateRule',
    'DROP TABLE duplicateKey',
  ],
});
