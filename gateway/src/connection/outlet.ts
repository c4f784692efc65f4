import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { GraphQLError } from 'graphql';
import type { Frame, Outlet } from '../feed/follower.ts';
import { connectionLimits as limits } from './connection-limits.ts';
import { clientError } from './refusal.ts';

/** How frames go over a connection. */
export type Wire = {
  readonly write: (frame: Frame) => void;
  /** What frames are written to in the end. */
  readonly stream: Pick<Writable, 'cork' | 'uncork'>;
  /** Bytes that wait to be taken by the client. */
  readonly waiting: () => number;
  /** Whether nobody reads any more. */
  readonly isOver: () => boolean;
  /** Ends the subscription with what the client may know of an error. */
  readonly end: (error: GraphQLError) => void;
  /** Ends it because there will be no more. */
  readonly complete: () => void;
  /** Ends the connection of a client that reads nothing, not even why. */
  readonly breakOff: () => void;
};

const lookMs = 50;

/** What every connection has of the patience with a slow client. */
export const createOutlet = (wire: Wire): Outlet => ({
  send: (frame) => {
    if (!wire.isOver()) wire.write(frame);
  },
  hold: () => wire.stream.cork(),
  flush: () => wire.stream.uncork(),
  isFull: () => wire.waiting() > limits.waitingBytesMax,
  drained: async () => {
    let least = wire.waiting();
    let stuckAt = performance.now() + limits.stuckMsMax;
    while (!wire.isOver() && wire.waiting() > limits.waitingBytesMax / 2) {
      await wait(lookMs);
      if (wire.waiting() < least) stuckAt = performance.now() + limits.stuckMsMax;
      least = Math.min(least, wire.waiting());
      if (performance.now() > stuckAt) wire.breakOff();
    }
  },
  complete: wire.complete,
  fail: (error) => wire.end(clientError(error)),
});
