/** What figures may be told apart by. */
export type StatsKey = 'COMPETITOR' | 'MONTH' | 'OWNER' | 'PRODUCT' | 'QUARTER' | 'YEAR';

type Amounts = {
  readonly currency: string;
  readonly contested: string;
  readonly won: string;
  readonly lost: string;
};

/** How we did against competitors. An opportunity counts once for each of them. */
export type CompetitorStats = {
  readonly competitorId: string | null;
  readonly competitorProductId: string | null;
  readonly ownerId: string | null;
  /** The first day of the period. */
  readonly period: string | null;
  readonly contested: number;
  readonly open: number;
  readonly won: number;
  readonly lost: number;
  /** Of those lost, what the competitor itself won. */
  readonly lostToIt: number;
  readonly amounts: readonly Amounts[];
};

/** The share of what was decided that we won, from 0 to 1; null where nothing was. */
export const winRateOf = ({ won, lost }: Pick<CompetitorStats, 'lost' | 'won'>): string | null =>
  won + lost === 0 ? null : (won / (won + lost)).toFixed(4);
