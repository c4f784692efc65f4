/** What goes through a distributor: its end users, and how we and others do there. */
export type Channel = {
  readonly distributorId: string;
  readonly endUserIds: readonly string[];
  readonly endUserCount: number;
  readonly open: number;
  readonly won: number;
  readonly lost: number;
  readonly wonAmounts: readonly { readonly amount: string; readonly currency: string }[];
  readonly competitors: readonly ChannelCompetitor[];
};

/** A competitor that is met at end users of a distributor. */
export type ChannelCompetitor = {
  readonly competitorId: string;
  readonly customers: number;
  readonly contested: number;
  readonly won: number;
  readonly lost: number;
};
