import type { Criterion, MissingPolicy, Model, ScoringFunction } from '../model/model.ts';
import type { Input } from '../score/score.ts';

/** The definition of a score, in fractions of whole numbers, as slowly as it is exact. */
type Fraction = { readonly top: bigint; readonly bottom: bigint };

const zero: Fraction = { top: 0n, bottom: 1n };

/** Of a decimal of at most 20 places. A double is taken as the decimal that it is written as. */
function fraction(value: number | string): Fraction {
  const [whole = '0', places = ''] = String(value).split('.');
  return { top: BigInt(whole + places), bottom: 10n ** BigInt(places.length) };
}

const plus = (a: Fraction, b: Fraction): Fraction => ({
  top: a.top * b.bottom + b.top * a.bottom,
  bottom: a.bottom * b.bottom,
});
const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { ...b, top: -b.top });
const times = (a: Fraction, b: Fraction): Fraction => ({
  top: a.top * b.top,
  bottom: a.bottom * b.bottom,
});
const over = (a: Fraction, b: Fraction): Fraction =>
  b.top < 0n
    ? { top: -a.top * b.bottom, bottom: a.bottom * -b.top }
    : { top: a.top * b.bottom, bottom: a.bottom * b.top };
const isBelow = (a: Fraction, b: Fraction): boolean => a.top * b.bottom < b.top * a.bottom;
const sum = (all: readonly Fraction[]): Fraction => all.reduce(plus, zero);

/** To so many places, half up. */
function rounded({ top, bottom }: Fraction, places: number): string {
  const unit = 10n ** BigInt(places);
  const digits = ((top * unit * 2n + bottom) / (bottom * 2n)).toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** Score, coverage and status by the formulas of the definition. */
export function exactResult(
  { categories, scale, minCoverage }: Model,
  inputs: readonly Input[],
): { readonly score: string | null; readonly coverage: string; readonly status: string } {
  const all = withInputs(categories, inputs);
  const parts = all
    .map(({ weight, criteria }) => partOf(weight, criteria))
    .filter((part) => part !== null);
  const weights = sum(parts.map((part) => part.weight));
  const covered = sum(all.map(({ weight, criteria }) => coveredOf(weight, criteria)));
  const coverage = over(covered, sum(all.map(({ weight }) => weight)));
  const isEnough = parts.length > 0 && !isBelow(coverage, fraction(minCoverage));
  const earned = sum(parts.map((part) => times(part.weight, part.share)));
  return {
    score: parts.length === 0 ? null : rounded(times(fraction(scale), over(earned, weights)), 2),
    coverage: rounded(coverage, 4),
    status: isEnough ? 'SCORED' : 'INSUFFICIENT_DATA',
  };
}

type Counted = { readonly criterion: Criterion; readonly input: Input };

function withInputs(
  categories: Model['categories'],
  inputs: readonly Input[],
): { readonly weight: Fraction; readonly criteria: readonly Counted[] }[] {
  let next = 0;
  return categories.map(({ weight, criteria }) => ({
    weight: fraction(weight),
    criteria: criteria.map((criterion) => ({ criterion, input: inputs[next++] ?? null })),
  }));
}

const weightsOf = (criteria: readonly Counted[]): Fraction =>
  sum(criteria.map(({ criterion }) => fraction(criterion.weight)));

const coveredOf = (weight: Fraction, criteria: readonly Counted[]): Fraction =>
  over(
    times(weight, weightsOf(criteria.filter(({ input }) => input !== null))),
    weightsOf(criteria),
  );

/** Null when nothing of the category counts. */
function partOf(
  weight: Fraction,
  criteria: readonly Counted[],
): { readonly weight: Fraction; readonly share: Fraction } | null {
  const counting = criteria.flatMap(({ criterion, input }) => {
    const share = shareOf(criterion, input);
    return share ? [{ weight: fraction(criterion.weight), share }] : [];
  });
  if (counting.length === 0) return null;
  const earned = sum(counting.map((each) => times(each.weight, each.share)));
  return { weight, share: over(earned, sum(counting.map((each) => each.weight))) };
}

/** Null when the criterion doesn't count. */
function shareOf({ fn, missing, maxPoints }: Criterion, input: Input): Fraction | null {
  if (typeof input === 'object' && input !== null) return fraction(input[1]);
  if (input !== null && fn.kind === 'LINEAR') return linearShare(fn, input);
  const points = input === null ? pointsWithout(missing, maxPoints) : inBand(fn, input);
  return points === null ? null : over(fraction(points), fraction(maxPoints));
}

function pointsWithout(missing: MissingPolicy, maxPoints: number): number | null {
  if (missing.kind === 'FIXED') return missing.points;
  return { SKIP: null, ZERO: 0, NEUTRAL: maxPoints / 2 }[missing.kind];
}

function inBand(fn: ScoringFunction, input: Input): number {
  if (fn.kind !== 'BANDS') throw new Error(`No fraction of ${fn.kind}`);
  const value = fraction(Number(input));
  return fn.bands.findLast(({ from }) => !isBelow(value, fraction(from)))?.points ?? 0;
}

function linearShare(
  { from, to }: { readonly from: number; readonly to: number },
  input: Input,
): Fraction {
  const above = minus(fraction(Number(input)), fraction(from));
  const share = over(above, minus(fraction(to), fraction(from)));
  const one = fraction(1);
  if (isBelow(share, zero)) return zero;
  return isBelow(one, share) ? one : share;
}

/** The same numbers in every run. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
