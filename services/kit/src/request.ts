import type { Viewer } from './viewer.ts';

/** `interactive` serves people who wait; `reporting` has its own budget and reads the replica. */
export const lanes = ['interactive', 'reporting'] as const;

export type Lane = (typeof lanes)[number];

/** What a subgraph knows of the request it answers, as the gateway signed it. */
export type RequestInfo = {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly lane: Lane;
  /** Epoch milliseconds of this machine's clock. Work past it is wasted. */
  readonly deadlineAt: number;
  /** The state that the answer must not be older than, from an earlier answer. */
  readonly consistency: string | null;
  /** Aborted at the deadline, and when the caller is gone. */
  readonly signal: AbortSignal;
};
