import type { EntityManager } from 'typeorm';
import { leftSubjects } from '../indicator/subject.repository.ts';
import type { StoredModel } from '../model/model.repository.ts';
import { endScores } from '../score/score.repository.ts';

const atOnce = 2000;

type Left = {
  readonly now: Date;
  /** Of these alone; of all when left out. */
  readonly ids?: readonly string[];
};

/**
 * Ends the scores of those whom the model is not for any more: they were deleted or merged, or its
 * criteria hold no longer. Tells whether there may be more.
 */
export async function endLeft(
  manager: EntityManager,
  model: StoredModel,
  left: Left,
): Promise<boolean> {
  const { modelId, subjectType, population } = model;
  const wanted = { modelId, subjectType, population, limit: atOnce, ...left };
  const subjectIds = await leftSubjects(manager, wanted);
  await endScores(manager, model, { subjectIds, now: left.now, cause: 'LEFT' });
  return subjectIds.length === atOnce;
}
