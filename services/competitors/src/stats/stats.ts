const monthsOf = { MONTH: 1, QUARTER: 3, YEAR: 12 } as const;

export type StatsPeriod = keyof typeof monthsOf;

/** What figures may be told apart by. */
export type StatsKey = 'COMPETITOR' | 'OWNER' | 'PRODUCT' | StatsPeriod;

export const isPeriod = (key: StatsKey): key is StatsPeriod => key in monthsOf;

/** The first day of the period of a day (`2026-11-30`), or of one so many periods before it. */
export function startOfPeriod(period: StatsPeriod, day: string, back: number): string {
  const months = monthsOf[period];
  const [year = 0, month = 1] = day.split('-').map(Number);
  const at = Math.floor((year * 12 + month - 1) / months) * months - back * months;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`;
}

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
