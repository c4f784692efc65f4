import type { Labels } from '@crm/kit/record/field';
import type { StoredModel } from '../model/model.repository.ts';
import { isInForce, outcomeOf, type Outcome, type ScoreOverride } from './override.ts';
import { contributionsOf, hashOf, resultOf, type Contribution, type Input } from './score.ts';

/** A result as it is read, now or in the past. */
export type Evaluation = Outcome & {
  readonly model: StoredModel;
  readonly subjectId: string;
  readonly coverage: string;
  readonly inputs: readonly Input[];
  readonly override: ScoreOverride | null;
  readonly cause: string;
  readonly inputWatermark: string | null;
  readonly computedAt: Date;
  readonly rankedAt: Date | null;
  readonly validFrom: Date;
  /** Null for the one that holds now. */
  readonly validTo: Date | null;
  /** The viewer may not read what the model is made of. */
  readonly isHidden: boolean;
};

/** A contribution with the category that it is in. */
export type CategorizedContribution = Contribution & {
  readonly category: Labels;
  readonly evaluation: Evaluation;
};

/** An override that has run out counts no more, whether or not anybody has noticed. */
export function withoutExpired(evaluation: Evaluation, now: Date): Evaluation {
  const { override, model, inputs } = evaluation;
  if (override === null || isInForce(override, now)) return evaluation;
  return { ...evaluation, ...outcomeOf(model, resultOf(model, inputs), null), override: null };
}

/** Nothing of it but that it is there. */
export const hidden = (evaluation: Evaluation): Evaluation => ({
  ...evaluation,
  score: null,
  grade: null,
  inputs: [],
  override: null,
  isHidden: true,
});

export function categorized(evaluation: Evaluation): CategorizedContribution[] {
  const { model, inputs, isHidden } = evaluation;
  if (isHidden || inputs.length === 0) return [];
  const categories = model.categories.flatMap(({ name, criteria }) => criteria.map(() => name));
  return contributionsOf(model, inputs).map((contribution, at) => ({
    ...contribution,
    category: categories[at] ?? model.labels,
    evaluation,
  }));
}

/** Equal for equal inputs of the same version. */
export const evaluationHash = ({ model, inputs }: Evaluation): string =>
  hashOf(model, resultOf(model, inputs));
