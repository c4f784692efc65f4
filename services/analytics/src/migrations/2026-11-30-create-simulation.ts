import { migration } from '@crm/kit/database/migration';
import { stamps } from './stamps.ts';

const code = 'CHARACTER SET ascii COLLATE ascii_bin';

const outcome = (when: string): string => `
  ${when}Status VARCHAR(20) ${code} NULL,
  ${when}Score DECIMAL(8,2) NULL,
  ${when}Grade VARCHAR(32) ${code} NULL`;

export const createSimulation = migration('CreateSimulation_1796070000000', {
  up: [
    `CREATE TABLE evaluationSimulation (${stamps},
      model VARCHAR(64) NOT NULL,
      definition JSON NOT NULL,
      population JSON NULL,
      state ENUM('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED') NOT NULL,
      day DATE NOT NULL,
      subjectsTotal INT UNSIGNED NOT NULL DEFAULT 0,
      subjectsDone INT UNSIGNED NOT NULL DEFAULT 0,
      startedAt DATETIME(3) NULL,
      finishedAt DATETIME(3) NULL,
      failure VARCHAR(500) NULL,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      comparison JSON NULL,
      class ENUM('PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'PERSONAL', 'SENSITIVE') NOT NULL,
      KEY byState (state, createdAt, id),
      KEY byEnd (finishedAt)
    )`,
    // Who changes grade, in the order of their places.
    `CREATE TABLE simulatedMover (
      simulationId BINARY(16) NOT NULL,
      place INT UNSIGNED NOT NULL,
      subjectId BINARY(16) NOT NULL,
      ${outcome('before')},
      ${outcome('after')},
      PRIMARY KEY (simulationId, place)
    )`,
  ],
  down: ['DROP TABLE simulatedMover', 'DROP TABLE evaluationSimulation'],
});
