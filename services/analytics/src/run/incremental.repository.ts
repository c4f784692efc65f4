import { companyDate } from '@crm/kit/record/criteria';
import type { IndicatorCatalogue } from '../indicator/indicator-catalogue.ts';
import { readCatalogue } from '../indicator/indicator.repository.ts';
import { findModelsInForce, type StoredModel } from '../model/model.repository.ts';
import { saveScores } from '../score/score.repository.ts';
import type { EntityManager } from 'typeorm';
import { takeDirty, type DirtySubject } from './dirty.repository.ts';
import { endLeft } from './left-subject.repository.ts';
import { findRanking } from './distribution.repository.ts';
import { evaluateSubjects, factsOfModel, planFor, subjectsIn } from './evaluation.repository.ts';

export const marksAtOnce = 2000;

type At = { readonly manager: EntityManager; readonly now: Date };

/**
 * Evaluates those with whom something happened, by the models that look at it, in the transaction
 * that takes their marks. Ranks stay those of the last ranking. Gives how many marks there were.
 */
export async function evaluateDirty({ manager, now }: At): Promise<number> {
  const dirty = await takeDirty(manager, marksAtOnce);
  if (dirty.length === 0) return 0;
  const models = await findModelsInForce(manager, { now });
  const catalogue = await readCatalogue(manager);
  for (const model of models) {
    await evaluateTouched({ manager, now }, catalogue, { model, dirty });
  }
  return dirty.length;
}

type Touched = { readonly model: StoredModel; readonly dirty: readonly DirtySubject[] };

async function evaluateTouched(
  { manager, now }: At,
  catalogue: IndicatorCatalogue,
  { model, dirty }: Touched,
): Promise<void> {
  const ids = touchedIds(factsOfModel(catalogue, model), { model, dirty });
  const subjectIds = await subjectsIn(manager, model, { ids, now });
  const living = new Set(subjectIds);
  await endLeft(manager, model, { ids: ids.filter((id) => !living.has(id)), now });
  if (subjectIds.length === 0) return;
  const ranking = await findRanking(manager, model.modelId);
  const evaluating = planFor(catalogue, { model, today: companyDate(now) });
  const rows = await evaluateSubjects(manager, evaluating, { subjectIds, ranking });
  await saveScores(manager, model, {
    rows,
    now,
    cause: 'EVENT',
    inputWatermark: null,
    rankedAt: ranking.rankedAt,
    tell: 'CHANGES',
  });
}

/** A subject that is another may come to be one of the model, or be none any more. */
function touchedIds(facts: ReadonlySet<string>, { model, dirty }: Touched): readonly string[] {
  const touched = dirty.filter(
    ({ subjectType, fact }) =>
      subjectType === model.subjectType && (fact === 'SUBJECT' || facts.has(fact)),
  );
  return [...new Set(touched.map(({ subjectId }) => subjectId))];
}
