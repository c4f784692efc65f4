import { migration } from '@crm/kit/database/migration';

const code = 'CHARACTER SET ascii COLLATE ascii_bin';

/** Facts of one month, in one currency. */
const cell = `
  series VARCHAR(32) ${code} NOT NULL,
  month INT UNSIGNED NOT NULL,
  currency CHAR(3) NOT NULL`;

const figures = `
  facts BIGINT NOT NULL,
  amount DECIMAL(24,2) NOT NULL`;

export const createRollup = migration('CreateRollup_1796071000000', {
  up: [
    // `isNone` tells those who have no value of the dimension from those whose value is empty.
    `CREATE TABLE rollup (${cell},
      dimension VARCHAR(16) ${code} NOT NULL,
      isNone TINYINT(1) NOT NULL,
      value VARCHAR(100) NOT NULL,
      ${figures},
      PRIMARY KEY (series, dimension, month, isNone, value, currency)
    )`,
    // What has changed since. Only ever added to by those who change facts, so that they wait for nobody.
    `CREATE TABLE rollupDelta (
      seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      ${cell},
      level VARCHAR(64) NULL,
      industry VARCHAR(64) NULL,
      province VARCHAR(100) NULL,
      ownerId BINARY(16) NULL,
      ${figures},
      KEY bySeries (series, month)
    )`,
    // What is not kept has neither sums nor changes; what is not whole has no sums yet.
    `CREATE TABLE rollupState (
      series VARCHAR(32) ${code} NOT NULL PRIMARY KEY,
      isKept TINYINT(1) NOT NULL DEFAULT 0,
      isWhole TINYINT(1) NOT NULL DEFAULT 0,
      countedAt DATETIME(3) NULL
    )`,
    `INSERT INTO rollupState (series) VALUES ('ORDER.amount'), ('PAYMENT.amount'),
      ('RECEIVABLE.amount'), ('RECEIVABLE.balance'), ('INTERACTION')`,
  ],
  down: ['DROP TABLE rollupState', 'DROP TABLE rollupDelta', 'DROP TABLE rollup'],
});
