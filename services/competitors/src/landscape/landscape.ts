import type { CompetitorStats } from '../stats/stats.ts';

/** What a competitor did last, as far as the viewer may know. */
export type CompetitorMove = {
  readonly kind: string;
  readonly title: string;
  readonly occurredOn: string;
};

/** A competitor as it is met in a segment of customers. */
export type LandscapeCompetitor = {
  readonly competitorId: string;
  readonly customers: number;
  readonly lastSeenAt: Date;
  readonly stats: CompetitorStats;
  readonly lastMove: CompetitorMove | null;
};
