import { companyDate } from '@crm/kit/record/criteria';
import { idToBytes, newId } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';
import type { EvaluationRun } from './run.fields.ts';

type NewRun = Pick<EvaluationRun, 'cause' | 'model'>;

/** Queues runs, for the day that it is. Gives their ids. */
export async function insertRuns(
  manager: EntityManager,
  runs: readonly NewRun[],
  now: Date,
): Promise<readonly string[]> {
  const ids = runs.map(() => newId());
  if (runs.length === 0) return ids;
  await manager.query(
    `INSERT INTO evaluationRun (id, version, createdAt, updatedAt, model, cause, state, day)
     VALUES ?`,
    [
      runs.map(({ model, cause }, at) => [
        idToBytes(ids[at] ?? newId()),
        1,
        now,
        now,
        model,
        cause,
        'QUEUED',
        companyDate(now),
      ]),
    ],
  );
  return ids;
}
