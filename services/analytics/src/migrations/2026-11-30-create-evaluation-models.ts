import { migration } from '@crm/kit/database/migration';

const code = 'CHARACTER SET ascii COLLATE ascii_bin';

/** What a result is, now and in the past alike. */
const result = `
  modelId INT UNSIGNED NOT NULL,
  subjectId BINARY(16) NOT NULL,
  version INT UNSIGNED NOT NULL,
  modelVersion INT UNSIGNED NOT NULL,
  status VARCHAR(20) ${code} NOT NULL,
  score DECIMAL(8,2) NULL,
  grade VARCHAR(32) ${code} NULL,
  coverage DECIMAL(5,4) NOT NULL,
  inputs JSON NOT NULL,
  overrideId BINARY(16) NULL,
  cause VARCHAR(32) ${code} NOT NULL,
  inputWatermark VARCHAR(64) ${code} NULL,
  computedAt DATETIME(3) NOT NULL,
  rankedAt DATETIME(3) NULL,
  validFrom DATETIME(3) NOT NULL`;

export const createEvaluationModels = migration('CreateEvaluationModels_1796050000000', {
  up: [
    `CREATE TABLE evaluationModel (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      code VARCHAR(64) ${code} NOT NULL,
      subjectType VARCHAR(16) ${code} NOT NULL,
      UNIQUE KEY byCode (code)
    )`,
    // A draft has no publishedAt; what is published is never changed but to be retired.
    `CREATE TABLE evaluationModelVersion (
      modelId INT UNSIGNED NOT NULL,
      version INT UNSIGNED NOT NULL,
      revision INT UNSIGNED NOT NULL,
      definition JSON NOT NULL,
      class VARCHAR(16) ${code} NOT NULL,
      savedAt DATETIME(3) NOT NULL,
      savedById BINARY(16) NULL,
      publishedAt DATETIME(3) NULL,
      publishedById BINARY(16) NULL,
      effectiveFrom DATETIME(3) NULL,
      retiredAt DATETIME(3) NULL,
      PRIMARY KEY (modelId, version)
    )`,
    `CREATE TABLE score (${result},
      PRIMARY KEY (modelId, subjectId),
      KEY byScore (modelId, score, subjectId, grade),
      KEY byGrade (modelId, grade, score, subjectId)
    )`,
    `CREATE TABLE scoreHistory (${result},
      validTo DATETIME(3) NOT NULL,
      PRIMARY KEY (modelId, subjectId, validFrom)
    )`,
    // `isActive` is 1 until it is withdrawn, expired or followed by another, and then NULL.
    `CREATE TABLE scoreOverride (
      id BINARY(16) NOT NULL PRIMARY KEY,
      modelId INT UNSIGNED NOT NULL,
      subjectId BINARY(16) NOT NULL,
      grade VARCHAR(32) ${code} NULL,
      score DECIMAL(8,2) NULL,
      reason VARCHAR(500) NOT NULL,
      createdAt DATETIME(3) NOT NULL,
      createdById BINARY(16) NULL,
      expiresAt DATETIME(3) NULL,
      endedAt DATETIME(3) NULL,
      endedById BINARY(16) NULL,
      isActive TINYINT NULL,
      UNIQUE KEY active (modelId, subjectId, isActive),
      KEY byExpiry (isActive, expiresAt)
    )`,
  ],
  down: [
    'DROP TABLE scoreOverride',
    'DROP TABLE scoreHistory',
    'DROP TABLE score',
    'DROP TABLE evaluationModelVersion',
    'DROP TABLE evaluationModel',
  ],
});
