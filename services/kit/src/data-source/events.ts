/** What happens to a cluster, as one process sees it. */
export type ClusterEvent =
  | {
      readonly type: 'node';
      readonly node: string;
      readonly from: string;
      readonly to: string;
      readonly reason: string;
    }
  | {
      readonly type: 'role';
      readonly term: number;
      readonly writer: string;
      readonly phase: 'serving' | 'promoting';
      readonly was: string | null;
    }
  /** More than one server takes writes and no record says which is right: nothing is written. */
  | { readonly type: 'split-brain'; readonly nodes: readonly string[] }
  /** Holds transactions that the writer does not: it is not read from. */
  | { readonly type: 'errant'; readonly node: string; readonly count: number }
  /** Shares no transaction with the writer, or is not the server that the record names. */
  | { readonly type: 'stranger'; readonly node: string; readonly reason: string }
  | { readonly type: 'record-refused'; readonly reason: string };

/** How often this module had to step in. */
export type Counters = {
  hedgedReads: number;
  readRetries: number;
  writeRetries: number;
  writerWaits: number;
  unitRetries: number;
  outcomesCommitted: number;
  outcomesAborted: number;
  outcomesUnknown: number;
  gtidWaits: number;
  gtidFallbacks: number;
  queriesKilled: number;
};

export const newCounters = (): Counters => ({
  hedgedReads: 0,
  readRetries: 0,
  writeRetries: 0,
  writerWaits: 0,
  unitRetries: 0,
  outcomesCommitted: 0,
  outcomesAborted: 0,
  outcomesUnknown: 0,
  gtidWaits: 0,
  gtidFallbacks: 0,
  queriesKilled: 0,
});
