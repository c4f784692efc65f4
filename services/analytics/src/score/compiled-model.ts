import type { Criterion, Model } from '../model/model.ts';

export type CompiledCriterion = {
  readonly criterion: Criterion;
  readonly category: number;
  readonly weight: number;
  readonly categoryWeight: number;
  readonly maxPoints: number;
  /** Of all the model's weights. */
  readonly weightShare: number;
};

/** A model laid out for millions of evaluations. */
export type CompiledModel = {
  readonly scaleCents: number;
  /** In the order of the categories. */
  readonly criteria: readonly CompiledCriterion[];
  /** Each with the range of its criteria. */
  readonly categories: readonly { readonly weight: number; from: number; to: number }[];
  /** From the best on. */
  readonly grades: readonly { readonly code: string; readonly fromCents: number }[];
};

/** A model never changes, so it is laid out once. */
const known = new WeakMap<Model, CompiledModel>();

export function compiled(model: Model): CompiledModel {
  const before = known.get(model);
  if (before) return before;
  const fresh = compile(model);
  known.set(model, fresh);
  return fresh;
}

function compile({ categories, grades, scale }: Model): CompiledModel {
  const total = sum(categories);
  let next = 0;
  return {
    scaleCents: scale * 100,
    criteria: categories.flatMap((category, at) =>
      category.criteria.map((criterion) => ({
        criterion,
        category: at,
        weight: criterion.weight,
        categoryWeight: category.weight,
        maxPoints: criterion.maxPoints,
        weightShare: (category.weight * criterion.weight) / (total * sum(category.criteria)),
      })),
    ),
    categories: categories.map(({ weight, criteria }) => ({
      weight,
      from: next,
      to: (next += criteria.length),
    })),
    grades: grades
      .map(({ code, from }) => ({ code, fromCents: Math.round(from * 100) }))
      .toSorted((a, b) => b.fromCents - a.fromCents),
  };
}

const sum = (weights: readonly { readonly weight: number }[]): number =>
  weights.reduce((total, { weight }) => total + weight, 0);
