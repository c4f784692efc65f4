import type { Criterion, Model, ScoringFunction } from '../model/model.ts';

const named = (text: string): { readonly zh: string; readonly en: string } => ({
  zh: text,
  en: text,
});

export const criterion = (
  indicator: string,
  fn: ScoringFunction,
  options: Partial<Criterion> = {},
): Criterion => ({
  indicator,
  label: null,
  weight: 1,
  maxPoints: 10,
  fn,
  missing: { kind: 'ZERO' },
  ...options,
});

export const linear = (from: number, to: number): ScoringFunction => ({ kind: 'LINEAR', from, to });

/** A model of one category for each list of criteria, of weights 1, 2, 3 and so on. */
export const modelOf = (
  categories: readonly (readonly Criterion[])[],
  options: Partial<Model> = {},
): Model => ({
  code: 'test_value',
  version: 1,
  kind: 'VALUE',
  subjectType: 'CUSTOMER',
  labels: named('测试'),
  scale: 100,
  minCoverage: 0.5,
  categories: categories.map((criteria, at) => ({
    name: named(`C${at + 1}`),
    weight: at + 1,
    criteria,
  })),
  grades: [
    { code: 'HIGH', label: named('高'), from: 70, designation: null, limitMultiplier: null },
    { code: 'LOW', label: named('低'), from: 0, designation: null, limitMultiplier: null },
  ],
  population: null,
  ...options,
});
