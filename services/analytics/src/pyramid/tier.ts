import type { FieldProblem } from '@crm/kit/errors';
import type { Labels } from '@crm/kit/record/field';
import { decimalPattern, unitsOf } from './units.ts';

export type PyramidMethod = 'RANK_SHARE' | 'THRESHOLD' | 'VALUE_SHARE';

/** From the top of the pyramid down. */
export type Tier = {
  readonly code: string;
  readonly labels: Labels;
  /** Of shares: percent of the subjects, or of the total of their values. */
  readonly share?: string | null;
  /** Of thresholds: the lowest value of the tier. The last tier has none and takes the rest. */
  readonly from?: string | null;
};

/** What is highest and in a tier still; null for the tier that takes the rest. */
export type Cuts = readonly (bigint | null)[];

type Division = { readonly method: PyramidMethod; readonly tiers: readonly Tier[] };

/**
 * The lowest value of each tier, for values sorted from the highest. A tier follows from a value
 * alone, so that equal values are always in one: the higher, where a share ends among them.
 */
export function cutsOf({ method, tiers }: Division, sorted: ArrayLike<bigint>): Cuts {
  if (method === 'THRESHOLD') {
    return tiers.map(({ from }, at) => (at === tiers.length - 1 || !from ? null : unitsOf(from)));
  }
  const ends = sharesUpTo(tiers);
  const cuts = method === 'RANK_SHARE' ? rankCuts(ends, sorted) : valueCuts(ends, sorted);
  return [...cuts.slice(0, tiers.length - 1), null];
}

/** Where a value belongs, counted from the top. */
export function tierAt(cuts: Cuts, value: bigint): number {
  for (let at = 0; at < cuts.length; at += 1) {
    const cut = cuts[at];
    if (cut === null || cut === undefined || value >= cut) return at;
  }
  return cuts.length - 1;
}

const whole = unitsOf('100');

/** Percent of this tier and all above it, in units. */
function sharesUpTo(tiers: readonly Tier[]): bigint[] {
  let sum = 0n;
  return tiers.map(({ share }) => (sum += unitsOf(share ?? '0')));
}

/** Higher than every value: of a tier that nobody is in. */
const nobody = 1n << 127n;

/** In a tier is whoever has fewer above him than the share is of all: at least one, where there is one. */
function rankCuts(ends: readonly bigint[], sorted: ArrayLike<bigint>): bigint[] {
  const count = BigInt(sorted.length);
  return ends.map((end) => {
    const places = (count * end + whole - 1n) / whole;
    return places === 0n ? nobody : (sorted[Number(places) - 1] ?? nobody);
  });
}

/** In a tier is whoever has less than the share of the total above him. What is not above 0 holds nothing. */
function valueCuts(ends: readonly bigint[], sorted: ArrayLike<bigint>): bigint[] {
  const total = totalOf(sorted);
  const cuts: bigint[] = [];
  let above = 0n;
  let at = 0;
  for (const end of ends) {
    let cut = cuts.at(-1) ?? nobody;
    while (isHolding(sorted[at]) && above * whole < total * end) {
      cut = sorted[at] ?? cut;
      while (sorted[at] === cut) {
        above += cut;
        at += 1;
      }
    }
    cuts.push(cut);
  }
  return cuts;
}

const isHolding = (value: bigint | undefined): boolean => value !== undefined && value > 0n;

function totalOf(sorted: ArrayLike<bigint>): bigint {
  let total = 0n;
  for (let at = 0; at < sorted.length; at += 1) {
    const value = sorted[at] ?? 0n;
    if (value <= 0n) break;
    total += value;
  }
  return total;
}

const tiersMax = 20;
const codePattern = /^[A-Z]\w{0,31}$/;

type Named = { readonly code: string; readonly labels: Labels };

/** What makes these tiers no division of the subjects. */
export function tierProblems({ method, tiers }: Division, base: readonly Named[]): FieldProblem[] {
  const count = tiers.length + base.length;
  if (tiers.length === 0) return [{ path: 'tiers', message: 'needs at least one' }];
  if (count > tiersMax) return [{ path: 'tiers', message: `may be ${tiersMax}, base included` }];
  return [
    ...nameProblems('tiers', tiers),
    ...nameProblems('base', base),
    ...twiceProblems([...tiers, ...base].map(({ code }) => code)),
    ...(method === 'THRESHOLD' ? boundProblems(tiers) : shareProblems(tiers)),
  ];
}

const nameProblems = (list: string, named: readonly Named[]): FieldProblem[] =>
  named.flatMap(({ code, labels }, at) => [
    ...(codePattern.test(code)
      ? []
      : [
          {
            path: `${list}.${at}.code`,
            message: 'takes capital letters, digits and underscores, at most 32',
          },
        ]),
    ...(labels.zh.trim() === '' || labels.en.trim() === ''
      ? [{ path: `${list}.${at}.labels`, message: 'must not be empty' }]
      : []),
  ]);

const twiceProblems = (codes: readonly string[]): FieldProblem[] =>
  [...new Set(codes.filter((code, at) => codes.indexOf(code) !== at))].map((code) => ({
    path: 'tiers',
    message: `has ${code} twice`,
  }));

function shareProblems(tiers: readonly Tier[]): FieldProblem[] {
  const wrong = tiers.flatMap(({ share, from }, at): FieldProblem[] => [
    ...(isAbove(share, 0n)
      ? []
      : [{ path: `tiers.${at}.share`, message: 'must be a number above 0' }]),
    ...(from ? [{ path: `tiers.${at}.from`, message: 'is for THRESHOLD' }] : []),
  ]);
  if (wrong.length > 0) return wrong;
  const sum = sharesUpTo(tiers).at(-1);
  return sum === whole
    ? []
    : [{ path: 'tiers', message: 'must have shares that are 100 together' }];
}

const boundProblems = (tiers: readonly Tier[]): FieldProblem[] =>
  tiers.flatMap(({ share }, at) => {
    if (share) return [{ path: `tiers.${at}.share`, message: 'is not for THRESHOLD' }];
    const message = boundProblem(tiers, at);
    return message === null ? [] : [{ path: `tiers.${at}.from`, message }];
  });

function boundProblem(tiers: readonly Tier[], at: number): string | null {
  const from = tiers[at]?.from;
  if (at === tiers.length - 1) {
    return from ? 'must be left out: the last tier takes the rest' : null;
  }
  if (!isAbove(from, null)) return 'must be a number';
  const above = tiers[at - 1]?.from;
  const isBelow = !isAbove(above, null) || unitsOf(from) < unitsOf(above);
  return isBelow ? null : `overlaps: must be below ${above} of the tier above`;
}

/** Whether a text is a number, and more than a bound when there is one. */
const isAbove = (text: string | null | undefined, bound: bigint | null): text is string =>
  typeof text === 'string' &&
  decimalPattern.test(text) &&
  (bound === null || unitsOf(text) > bound);
