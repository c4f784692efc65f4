/** The columns of `documentFields` and of revisions that say which bytes they are. */
export const contentColumns = `
      name VARCHAR(255) NOT NULL,
      mimeType VARCHAR(127) NOT NULL,
      size INT UNSIGNED NOT NULL,
      sha256 CHAR(64) NOT NULL,
      storageKey VARCHAR(100) NOT NULL`;

/** What a service that keeps documents needs beside their tables. */
export const uploadTables: readonly string[] = [
  // What is being sent, and what is to become of it.
  `CREATE TABLE documentUpload (
      id BINARY(16) NOT NULL PRIMARY KEY,
      plan JSON NOT NULL,
      attemptId BINARY(16) NULL,
      received BIGINT UNSIGNED NOT NULL,
      isDone TINYINT(1) NOT NULL DEFAULT 0,
      expiresAt DATETIME(3) NOT NULL,
      KEY byExpiry (expiresAt)
    )`,
  // Bytes that nothing names, to be deleted.
  `CREATE TABLE leftBlob (
      storageKey VARCHAR(100) NOT NULL PRIMARY KEY,
      dueAt DATETIME(3) NOT NULL,
      KEY byDue (dueAt)
    )`,
];
