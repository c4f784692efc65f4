import { migration } from '@crm/kit/database/migration';

/** When a run over all began that has ended, and ranked: results that it left are as of then. */
export const noteEvaluations = migration('NoteEvaluations_1796075000000', {
  up: [
    `ALTER TABLE evaluationModel
      ADD COLUMN evaluatedAt DATETIME(3) NULL, ADD COLUMN rankedAt DATETIME(3) NULL`,
  ],
  down: ['ALTER TABLE evaluationModel DROP COLUMN evaluatedAt, DROP COLUMN rankedAt'],
});
