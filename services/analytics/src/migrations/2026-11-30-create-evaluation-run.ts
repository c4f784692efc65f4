import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

export const createEvaluationRun = migration('CreateEvaluationRun_1796054500000', {
  up: [
    `CREATE TABLE evaluationRun (${stamps},
      model VARCHAR(64) NOT NULL,
      cause ENUM('REQUEST', 'SCHEDULE') NOT NULL,
      state ENUM('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED') NOT NULL,
      day DATE NOT NULL,
      subjectsTotal INT UNSIGNED NOT NULL DEFAULT 0,
      subjectsDone INT UNSIGNED NOT NULL DEFAULT 0,
      resultsChanged INT UNSIGNED NOT NULL DEFAULT 0,
      cursorId BINARY(16) NULL,
      rankedAt DATETIME(3) NULL,
      startedAt DATETIME(3) NULL,
      finishedAt DATETIME(3) NULL,
      failure VARCHAR(500) NULL,
      KEY byState (state, createdAt, id),
      KEY byDay (day, cause, model)
    )`,
    // How values were spread when a model was last ranked.
    `CREATE TABLE distribution (
      modelId INT UNSIGNED NOT NULL,
      indicator VARCHAR(64) NOT NULL,
      rankedAt DATETIME(3) NOT NULL,
      body JSON NOT NULL,
      PRIMARY KEY (modelId, indicator)
    )`,
    // Only ever added to by those who mark, so that they wait for nobody; marks are taken by seq.
    `CREATE TABLE dirtySubject (
      seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      subjectType VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      subjectId BINARY(16) NOT NULL,
      fact VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    )`,
  ],
  down: ['DROP TABLE dirtySubject', 'DROP TABLE distribution', 'DROP TABLE evaluationRun'],
});
