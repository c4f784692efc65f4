import { migration } from '@crm/kit/database/migration';
import { contentColumns, uploadTables } from '@crm/kit/document/document.tables';
import { stamps } from './stamps.ts';

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
      ${contentColumns},
      KEY byPerson (personId, id),
      KEY byCustomer (customerId, id),
      KEY byInteraction (interactionId, id)
    )`,
    `CREATE TABLE documentRevision (${stamps},
      documentId BINARY(16) NOT NULL,
      revision INT NOT NULL,
      ${contentColumns},
      UNIQUE KEY unique_revision (documentId, revision)
    )`,
    ...uploadTables,
  ],
  down: [
    'DROP TABLE leftBlob',
    'DROP TABLE documentUpload',
    'DROP TABLE documentRevision',
    'DROP TABLE document',
  ],
});
