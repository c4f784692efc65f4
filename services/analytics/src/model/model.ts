import type { Criteria } from '@crm/kit/record/criteria';
import type { Labels } from '@crm/kit/record/field';
import type { SubjectType } from '../indicator/indicator.ts';

export type ModelKind =
  'CLOSENESS' | 'CREDIT' | 'CUSTOM' | 'LOYALTY' | 'PERFORMANCE' | 'THREAT' | 'VALUE';

/** From `from` on, so many points: the highest bound not above the value wins. */
export type Band = { readonly from: number; readonly points: number };

export type ScoringFunction =
  | { readonly kind: 'BANDS'; readonly bands: readonly Band[] }
  /** A value that is not named has 0 points. */
  | { readonly kind: 'MAP'; readonly points: Readonly<Record<string, number>> }
  /** 0 points at `from`, full points at `to`; `from` above `to` inverts. */
  | { readonly kind: 'LINEAR'; readonly from: number; readonly to: number }
  /** The share of the population that is strictly below. */
  | { readonly kind: 'PERCENTILE' }
  /** Full points when the value is `when`. */
  | { readonly kind: 'FLAG'; readonly when: boolean };

export type MissingPolicy =
  | { readonly kind: 'ZERO' }
  /** The criterion doesn't count, and the others of its category weigh more. */
  | { readonly kind: 'SKIP' }
  /** Half of the points: neither for nor against. */
  | { readonly kind: 'NEUTRAL' }
  | { readonly kind: 'FIXED'; readonly points: number };

export type Criterion = {
  readonly indicator: string;
  /** Of the criterion, where the indicator's own label doesn't say it. */
  readonly label: Labels | null;
  readonly weight: number;
  readonly maxPoints: number;
  readonly fn: ScoringFunction;
  readonly missing: MissingPolicy;
};

export type Category = {
  readonly name: Labels;
  readonly weight: number;
  readonly criteria: readonly Criterion[];
};

/** The grade of scores from `from` up to the next grade's. */
export type GradeBand = {
  readonly code: string;
  readonly label: Labels;
  readonly from: number;
  /** The value designation to suggest for a customer of this grade, a term of customers. */
  readonly designation: string | null;
  /** Of a credit grade: how many average monthly orders the limit may be. */
  readonly limitMultiplier: number | null;
};

/** What a score is made by. Of a published version nothing here ever changes. */
export type ModelDefinition = {
  readonly kind: ModelKind;
  readonly subjectType: SubjectType;
  readonly labels: Labels;
  /** The score that full points come to. */
  readonly scale: number;
  /** The share of the weights that must have data for a grade. */
  readonly minCoverage: number;
  readonly categories: readonly Category[];
  /** From the best to the one at 0. */
  readonly grades: readonly GradeBand[];
  /** Which subjects are evaluated: criteria as in lists. All when null. */
  readonly population: Criteria | null;
};

export type Model = ModelDefinition & { readonly code: string; readonly version: number };

/** Indicators that the model reads, each once. */
export const indicatorsOf = ({ categories }: ModelDefinition): readonly string[] => [
  ...new Set(categories.flatMap(({ criteria }) => criteria.map(({ indicator }) => indicator))),
];

/** Indicators that are scored by their rank, which the model needs distributions of. */
export const rankedIndicatorsOf = ({ categories }: ModelDefinition): readonly string[] => [
  ...new Set(
    categories.flatMap(({ criteria }) =>
      criteria.flatMap(({ indicator, fn }) => (fn.kind === 'PERCENTILE' ? indicator : [])),
    ),
  ),
];
