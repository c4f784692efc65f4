import { migration } from '../database/migration.ts';

const stamps = `
  id BINARY(16) NOT NULL PRIMARY KEY,
  version INT UNSIGNED NOT NULL,
  createdAt DATETIME(3) NOT NULL,
  createdById BINARY(16) NULL,
  updatedAt DATETIME(3) NOT NULL,
  updatedById BINARY(16) NULL,
  deletedAt DATETIME(3) NULL,
  customFields JSON NULL`;

/** What `transfer/` keeps: files, and the jobs that read and write them. */
export const createTransfers = migration('CreateTransfers_1795478420000', {
  up: [
    `CREATE TABLE storedFile (${stamps},
      subject VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
      name VARCHAR(255) NOT NULL,
      format ENUM('CSV', 'NDJSON', 'XLSX') NOT NULL,
      encoding VARCHAR(20) NOT NULL,
      size BIGINT UNSIGNED NOT NULL,
      partCount INT UNSIGNED NOT NULL,
      completedAt DATETIME(3) NULL,
      expiresAt DATETIME(3) NOT NULL,
      KEY byExpiry (expiresAt)
    )`,
    `CREATE TABLE storedFilePart (
      fileId BINARY(16) NOT NULL,
      at INT UNSIGNED NOT NULL,
      data MEDIUMBLOB NOT NULL,
      PRIMARY KEY (fileId, at)
    )`,
    `CREATE TABLE importJob (${stamps},
      subject VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
      entity VARCHAR(64) NOT NULL,
      fileId BINARY(16) NOT NULL,
      fileName VARCHAR(255) NOT NULL,
      format ENUM('CSV', 'NDJSON', 'XLSX') NOT NULL,
      mapping JSON NULL,
      mode ENUM('UPSERT', 'CREATE', 'UPDATE') NOT NULL,
      matchOn JSON NOT NULL,
      isDryRun TINYINT(1) NOT NULL,
      state ENUM('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED', 'REVERTING', 'REVERTED') NOT NULL,
      viewer JSON NULL,
      bytesTotal BIGINT UNSIGNED NOT NULL,
      bytesRead BIGINT UNSIGNED NOT NULL,
      rowsRead INT UNSIGNED NOT NULL,
      created INT UNSIGNED NOT NULL,
      updated INT UNSIGNED NOT NULL,
      unchanged INT UNSIGNED NOT NULL,
      refused INT UNSIGNED NOT NULL,
      reverted INT UNSIGNED NOT NULL,
      kept INT UNSIGNED NOT NULL,
      startedAt DATETIME(3) NULL,
      finishedAt DATETIME(3) NULL,
      failure VARCHAR(500) NULL,
      KEY byState (state, updatedAt),
      KEY bySubject (subject, id)
    )`,
    `CREATE TABLE exportJob (${stamps},
      subject VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
      entity VARCHAR(64) NOT NULL,
      \`where\` JSON NULL,
      orderBy JSON NULL,
      fields JSON NOT NULL,
      format ENUM('CSV', 'NDJSON', 'XLSX') NOT NULL,
      headings ENUM('NAMES', 'ZH_CN', 'EN') NOT NULL,
      state ENUM('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'REFUSED', 'CANCELLED') NOT NULL,
      viewer JSON NULL,
      rowsTotal INT UNSIGNED NOT NULL,
      rowsWritten INT UNSIGNED NOT NULL,
      cursorText TEXT NULL,
      writerState JSON NULL,
      fileId BINARY(16) NULL,
      startedAt DATETIME(3) NULL,
      finishedAt DATETIME(3) NULL,
      failure VARCHAR(500) NULL,
      KEY byState (state, updatedAt),
      KEY bySubject (subject, createdAt)
    )`,
    // What each step stored: ids with the versions that they were given, 20 bytes each.
    `CREATE TABLE importStep (
      jobId BINARY(16) NOT NULL,
      rowsBefore INT UNSIGNED NOT NULL,
      created MEDIUMBLOB NOT NULL,
      changed MEDIUMBLOB NOT NULL,
      PRIMARY KEY (jobId, rowsBefore)
    )`,
    `CREATE TABLE importProblem (
      jobId BINARY(16) NOT NULL,
      \`row\` INT UNSIGNED NOT NULL,
      line INT UNSIGNED NOT NULL,
      problems JSON NOT NULL,
      PRIMARY KEY (jobId, \`row\`)
    )`,
  ],
  down: [
    'DROP TABLE exportJob',
    'DROP TABLE importProblem',
    'DROP TABLE importStep',
    'DROP TABLE importJob',
    'DROP TABLE storedFilePart',
    'DROP TABLE storedFile',
  ],
});

/** What reverting an import has left as it is. */
export const createImportKept = migration('CreateImportKept_1795478421000', {
  up: [
    `CREATE TABLE importKept (
      jobId BINARY(16) NOT NULL,
      recordId BINARY(16) NOT NULL,
      reason VARCHAR(500) NOT NULL,
      PRIMARY KEY (jobId, recordId)
    )`,
  ],
  down: ['DROP TABLE importKept'],
});

/** What else a kind of list was asked than a filter, an order and fields. */
export const addExportArguments = migration('AddExportArguments_1796054600000', {
  up: ['ALTER TABLE exportJob ADD COLUMN asked JSON NULL'],
  down: ['ALTER TABLE exportJob DROP COLUMN asked'],
});
