import type { Labels } from '@crm/kit/record/field';
import { decimalOf, percentOf, unitsOf } from './units.ts';

/** What is known of the customers of a tier, in exact decimals. */
export type TierFigures = {
  readonly code: string;
  readonly labels: Labels;
  /** For those who are not ranked. */
  readonly isBase: boolean;
  /** The lowest value that is in the tier, where one was looked for. */
  readonly from: string | null;
  readonly count: number;
  /** Null where it is not known: of some of the customers, in a snapshot that is not the latest. */
  readonly sum: string | null;
  readonly measures: readonly MeasureFigure[];
};

/** Of those who have a value. */
export type MeasureFigure = {
  readonly indicator: string;
  readonly sum: string;
  readonly count: number;
};

export type ShownTier = Omit<TierFigures, 'measures'> & {
  /** In percent. */
  readonly shareOfCount: string;
  readonly shareOfSum: string | null;
  readonly average: string | null;
  readonly measures: readonly (MeasureFigure & { readonly average: string | null })[];
};

/** With what follows from the figures of all tiers. */
export function shownTiers(tiers: readonly TierFigures[]): ShownTier[] {
  const count = BigInt(countOf(tiers));
  const total = tiers.reduce((sum, each) => sum + unitsOf(each.sum ?? '0'), 0n);
  return tiers.map((tier) => ({
    ...tier,
    shareOfCount: percentOf(BigInt(tier.count), count),
    shareOfSum: tier.sum === null ? null : percentOf(unitsOf(tier.sum), total),
    average: tier.isBase ? null : averageOf(tier.sum, tier.count),
    measures: tier.measures.map((measure) => ({
      ...measure,
      average: averageOf(measure.sum, measure.count),
    })),
  }));
}

export const countOf = (tiers: readonly TierFigures[]): number =>
  tiers.reduce((sum, { count }) => sum + count, 0);

const averageOf = (sum: string | null, count: number): string | null =>
  sum === null || count === 0 ? null : decimalOf(unitsOf(sum) / BigInt(count));
