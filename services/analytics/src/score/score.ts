import { createHash } from 'node:crypto';
import type { IndicatorValue } from '../indicator/indicator.ts';
import type { Band, Criterion, MissingPolicy, Model } from '../model/model.ts';
import { compiled, type CompiledModel } from './compiled-model.ts';
import { shareBelow, type Distribution } from './distribution.ts';

/** What a criterion was scored by: the value and, of a ranked one, the share of subjects below it. */
export type Input = IndicatorValue | readonly [value: IndicatorValue, share: number];

export type ResultStatus = 'SCORED' | 'INSUFFICIENT_DATA';

export type Contribution = {
  readonly criterion: Criterion;
  readonly value: IndicatorValue;
  /** Of a ranked criterion. */
  readonly share: number | null;
  readonly band: Band | null;
  /** Null when the criterion doesn't count. */
  readonly points: number | null;
  /** Its part of the score: all parts together are the score. */
  readonly contribution: string;
  /** What full points would have contributed; 0 when the criterion doesn't count. */
  readonly maxContribution: string;
};

export type Result = {
  readonly status: ResultStatus;
  /** Null when no criterion counts. */
  readonly score: string | null;
  readonly grade: string | null;
  /** The share of the weights that have data. */
  readonly coverage: string;
  /** In the order of the criteria; with the model's version, the result can be made again of them. */
  readonly inputs: readonly Input[];
};

/** Pure: the same version and values give the same result, wherever and whenever. */
export const evaluate = (
  model: Model,
  values: ReadonlyMap<string, IndicatorValue>,
  distributions: ReadonlyMap<string, Distribution>,
): Result => resultOf(model, inputsOf(model, values, distributions));

/**
 * What the model looks at of these values. No data is also what was never ranked, and a text where a
 * number is scored.
 */
function inputsOf(
  model: Model,
  values: ReadonlyMap<string, IndicatorValue>,
  distributions: ReadonlyMap<string, Distribution>,
): readonly Input[] {
  return compiled(model).criteria.map(({ criterion: { indicator, fn } }) => {
    const value = values.get(indicator) ?? null;
    if (value === null || fn.kind === 'MAP' || fn.kind === 'FLAG') return value;
    if (Number.isNaN(Number(value))) return null;
    if (fn.kind !== 'PERCENTILE') return value;
    const distribution = distributions.get(indicator);
    return distribution ? [value, shareBelow(distribution, Number(value))] : null;
  });
}

/** The result of inputs that were stored. */
export function resultOf(model: Model, inputs: readonly Input[]): Result {
  const plan = compiled(model);
  const points = plan.criteria.map(({ criterion }, at) => pointsOf(criterion, inputs[at] ?? null));
  const parts = partsOf(plan, points);
  const covered = coverageOf(plan, inputs);
  const total = parts === null ? null : totalOf(parts);
  const isEnough = total !== null && covered >= unitsOf(model.minCoverage);
  return {
    status: isEnough ? 'SCORED' : 'INSUFFICIENT_DATA',
    score: total === null ? null : textOfCents(total),
    grade: isEnough ? gradeAt(plan, total) : null,
    coverage: (covered / units).toFixed(4),
    inputs,
  };
}

/** The grade that a score falls in. */
export const gradeOfScore = (model: Model, score: string): string | null =>
  gradeAt(compiled(model), Math.round(Number(score) * 100));

/** Why the score is what it is, criterion by criterion. */
export function contributionsOf(model: Model, inputs: readonly Input[]): readonly Contribution[] {
  const plan = compiled(model);
  const points = plan.criteria.map(({ criterion }, at) => pointsOf(criterion, inputs[at] ?? null));
  const full = plan.criteria.map(({ maxPoints }, at) => (points[at] === null ? null : maxPoints));
  const [cents, most] = [centsOf(plan, points), centsOf(plan, full)];
  return plan.criteria.map(({ criterion }, at) => ({
    criterion,
    value: valueOf(inputs[at] ?? null),
    share: shareOf(inputs[at] ?? null),
    band: bandOf(criterion, valueOf(inputs[at] ?? null)),
    points: points[at] ?? null,
    contribution: textOfCents(cents[at] ?? 0),
    // Either may have got the cent that was left.
    maxContribution: textOfCents(Math.max(cents[at] ?? 0, most[at] ?? 0)),
  }));
}

function centsOf(plan: CompiledModel, points: readonly (number | null)[]): readonly number[] {
  const parts = partsOf(plan, points);
  return parts === null ? points.map(() => 0) : wholeCents(parts);
}

/** Equal for equal inputs and results: two replays can be compared by it. */
export const hashOf = (model: Model, { status, score, grade, coverage, inputs }: Result): string =>
  createHash('sha256')
    .update(JSON.stringify([model.code, model.version, inputs, status, score, grade, coverage]))
    .digest('hex');

const valueOf = (input: Input): IndicatorValue => (isRanked(input) ? input[0] : input);

const shareOf = (input: Input): number | null => (isRanked(input) ? input[1] : null);

const isRanked = (input: Input): input is readonly [IndicatorValue, number] =>
  typeof input === 'object' && input !== null;

/** Null when the criterion doesn't count. */
function pointsOf(criterion: Criterion, input: Input): number | null {
  const share = shareOf(input);
  if (share !== null) return share * criterion.maxPoints;
  const value = valueOf(input);
  return value === null
    ? missingPoints(criterion.missing, criterion.maxPoints)
    : pointsOfValue(criterion, value);
}

function missingPoints(missing: MissingPolicy, maxPoints: number): number | null {
  switch (missing.kind) {
    case 'ZERO':
      return 0;
    case 'SKIP':
      return null;
    case 'NEUTRAL':
      return maxPoints / 2;
    case 'FIXED':
      return missing.points;
  }
}

function pointsOfValue({ fn, maxPoints }: Criterion, value: string | number | boolean): number {
  switch (fn.kind) {
    case 'BANDS':
      return bandPoints(fn.bands, Number(value));
    case 'MAP':
      return mappedPoints(fn.points, String(value));
    case 'LINEAR':
      return maxPoints * clamp((Number(value) - fn.from) / (fn.to - fn.from));
    case 'FLAG':
      return isTrue(value) === fn.when ? maxPoints : 0;
    // A ranked criterion has a share, or else no data.
    case 'PERCENTILE':
      return 0;
  }
}

/** A value is a key that somebody chose, and may be called like what every object has. */
const mappedPoints = (points: Readonly<Record<string, number>>, value: string): number =>
  Object.hasOwn(points, value) ? (points[value] ?? 0) : 0;

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

const isTrue = (value: string | number | boolean): boolean =>
  typeof value === 'boolean' ? value : value === 'true' || Number(value) > 0;

const bandOf = ({ fn }: Criterion, value: IndicatorValue): Band | null =>
  fn.kind === 'BANDS' && value !== null ? highestBand(fn.bands, Number(value)) : null;

const bandPoints = (bands: readonly Band[], value: number): number =>
  highestBand(bands, value)?.points ?? 0;

/** Bands are ascending. */
function highestBand(bands: readonly Band[], value: number): Band | null {
  for (let at = bands.length - 1; at >= 0; at--) {
    const band = bands[at];
    if (band && band.from <= value) return band;
  }
  return null;
}

/**
 * The parts of the score in cents, as they are before rounding; null when nothing counts. Doubles
 * are right to 12 digits here and are then taken to nine places, so that what is exactly half a cent
 * in decimals is so here too. `score.test.ts` compares with exact fractions.
 */
function partsOf(plan: CompiledModel, points: readonly (number | null)[]): number[] | null {
  const weights = plan.categories.map(({ from, to }) => {
    let sum = 0;
    for (let at = from; at < to; at++) {
      if (points[at] !== null) sum += plan.criteria[at]?.weight ?? 0;
    }
    return sum;
  });
  let total = 0;
  for (const [at, category] of plan.categories.entries()) {
    if ((weights[at] ?? 0) > 0) total += category.weight;
  }
  if (total === 0) return null;
  return plan.criteria.map(({ category, weight, categoryWeight, maxPoints }, at) => {
    const earned = points[at] ?? 0;
    if (earned === 0) return 0;
    const whole = total * (weights[category] ?? 0) * maxPoints;
    return (plan.scaleCents * categoryWeight * weight * earned) / whole;
  });
}

/** A share, and a cent, in the units that sums are taken to. */
const units = 1e9;
const unitsOf = (value: number): number => Math.round(value * units);

/** Half a cent rounds up. */
function totalOf(parts: readonly number[]): number {
  let sum = 0;
  for (const part of parts) sum += part;
  return Math.floor((unitsOf(sum) + units / 2) / units);
}

/** Largest remainder: all are rounded down, and the cents left go to the largest remainders. */
function wholeCents(parts: readonly number[]): number[] {
  const exact = parts.map(unitsOf);
  const cents = exact.map((part) => Math.floor(part / units));
  const left = totalOf(parts) - cents.reduce((sum, part) => sum + part, 0);
  const remainder = (at: number): number => (exact[at] ?? 0) % units;
  const order = [...cents.keys()].toSorted((a, b) => remainder(b) - remainder(a) || a - b);
  for (const at of order.slice(0, left)) cents[at] = (cents[at] ?? 0) + 1;
  return cents;
}

function coverageOf({ criteria }: CompiledModel, inputs: readonly Input[]): number {
  let covered = 0;
  for (const [at, { weightShare }] of criteria.entries()) {
    if (valueOf(inputs[at] ?? null) !== null) covered += weightShare;
  }
  return unitsOf(covered);
}

const gradeAt = ({ grades }: CompiledModel, cents: number): string | null =>
  grades.find((grade) => grade.fromCents <= cents)?.code ?? null;

const textOfCents = (cents: number): string =>
  `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
