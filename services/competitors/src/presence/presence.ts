/** That a competitor is, or was, met at a customer. */
export type CompetitivePresence = {
  readonly customerId: string;
  readonly competitorId: string;
  readonly lastSeenAt: Date;
  readonly contested: number;
  readonly open: number;
  readonly won: number;
  readonly lost: number;
  /** The latest first. */
  readonly opportunityIds: readonly string[];
  readonly productIds: readonly string[];
};
