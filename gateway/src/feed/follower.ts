import type { Viewer } from '@crm/kit/viewer';
import type { AskedOperation } from '../http/read-operation.ts';
import type { Filter } from './filter.ts';
import type { Position } from './reader.ts';
import type { Notice } from './source.ts';

/** One result. */
export type Frame = {
  /** Its JSON. */
  readonly payload: Buffer;
  /** What one goes on after who has this frame. */
  readonly cursor: string;
};

/** Where frames go: one subscription on one connection. */
export type Outlet = {
  readonly send: (frame: Frame) => void;
  /** Keeps frames until they are flushed: many at once cost hardly more than one. */
  readonly hold: () => void;
  readonly flush: () => void;
  /** More is waiting to be taken by the client than may wait. */
  readonly isFull: () => boolean;
  /** Resolves when there is room again, or nobody is there any more. */
  readonly drained: () => Promise<void>;
  /** Ends the subscription: there will be no more. */
  readonly complete: () => void;
  /** Ends the subscription with an error. */
  readonly fail: (error: Error) => void;
};

/** What is asked for. Equal `key`s are answered together. */
export type Followed = {
  readonly key: string;
  readonly asked: AskedOperation;
  readonly viewer: Viewer;
  readonly filter: Filter;
  readonly coalesceMs: number;
};

/** One who follows, and how far. */
export type Follower = {
  readonly outlet: Outlet;
  readonly followed: Followed;
  /** Frames up to this sequence were sent before the follower came to its group. */
  skipSeq: number;
  /** What to go on after when the follower leaves its group now. */
  position: Position;
  /** Whether the next thing to be told at the end is that it was reached. */
  isBehind: boolean;
  /** Told before anything else. */
  notice: Notice | null;
  hasLeft: boolean;
};
