import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

const content = `
      name VARCHAR(255) NOT NULL,
      mimeType VARCHAR(127) NOT NULL,
      size INT UNSIGNED NOT NULL,
      sha256 CHAR(64) NOT NULL,
      storageKey VARCHAR(100) NOT NULL`;

export const createDocument = migration('CreateDocument_1795992600400', {
  up: [
    `CREATE TABLE document (${stamps},
      subjectKind ENUM('PERSON', 'CUSTOMER', 'INTERACTION') NOT NULL,
      personId BINARY(16) NULL,
      customerId BINARY(16) NULL,
      interactionId BINARY(16) NULL,
      kind ENUM('CONTRACT', 'QUOTATION', 'MINUTES', 'BUSINESS_CARD', 'CERTIFICATE', 'PHOTO',
        'RECORDING', 'OTHER') NOT NULL,
      note VARCHAR(1000) NULL,
      revision INT NOT NULL,
      ${content},
      KEY byPerson (personId, id),
      KEY byCustomer (customerId, id),
      KEY byInteraction (interactionId, id)
    )`,
    `CREATE TABLE documentRevision (${stamps},
      documentId BINARY(16) NOT NULL,
      revision INT NOT NULL,
      ${content},
      UNIQUE KEY unique_revision (documentId, revision)
    )`,
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
  ],
  down: [
    'DROP TABLE leftBlob',
    'DROP TABLE documentUpload',
    'DROP TABLE documentRevision',
    'DROP TABLE document',
  ],
});
