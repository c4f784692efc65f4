import { migration } from '@crm/kit/database/migration';
import { contentColumns, uploadTables } from '@crm/kit/document/document.tables';
import { stamps } from './stamps.ts';

export const createCompetitorDocument = migration('CreateCompetitorDocument_1796030731000', {
  up: [
    `CREATE TABLE competitorDocument (${stamps},
      subjectKind ENUM('COMPETITOR', 'PRODUCT', 'INTELLIGENCE') NOT NULL,
      competitorId BINARY(16) NULL,
      competitorProductId BINARY(16) NULL,
      intelligenceItemId BINARY(16) NULL,
      kind ENUM('BATTLE_CARD', 'BROCHURE', 'DATA_SHEET', 'PRICE_LIST', 'PRESENTATION',
        'CASE_STUDY', 'REPORT', 'PHOTO', 'OTHER') NOT NULL,
      isConfidential TINYINT(1) NOT NULL,
      note VARCHAR(1000) NULL,
      revision INT NOT NULL,
      purgedAt DATETIME(3) NULL,
      ${contentColumns},
      KEY byCompetitor (competitorId, id),
      KEY byProduct (competitorProductId, id),
      KEY byIntelligence (intelligenceItemId, id),
      KEY byRemoval (purgedAt, deletedAt)
    )`,
    `CREATE TABLE competitorDocumentRevision (${stamps},
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
    'DROP TABLE competitorDocumentRevision',
    'DROP TABLE competitorDocument',
  ],
});
