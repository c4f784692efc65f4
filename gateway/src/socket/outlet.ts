import { setTimeout as wait } from 'node:timers/promises';
import { maskError } from '@crm/kit/server/mask-errors';
import { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { Outlet } from '../feed/follower.ts';
import { closeCodes, socketLimits } from './socket-limits.ts';

/** Results of one subscription as they come, for the protocol's own end and errors. */
export type SubscriptionOutlet = Outlet & {
  /** Yields nothing, since frames are written as they are: it ends or fails with the subscription. */
  readonly results: AsyncIterableIterator<never>;
};

const lookMs = 50;

/**
 * Writes frames to the socket itself: the payload was made once for all followers, only the
 * subscription's id is put before it.
 */
export function createOutlet(socket: WebSocket, id: string, onEnd: () => void): SubscriptionOutlet {
  const prefix = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  const suffix = Buffer.from('}');
  const { results, end, hasEnded } = createResults(onEnd);
  const isGone = (): boolean => hasEnded() || socket.readyState !== socket.OPEN;

  return {
    results,
    send: (payload) => {
      if (isGone()) return;
      socket.send(Buffer.concat([prefix, payload, suffix]), { binary: false });
    },
    isFull: () => socket.bufferedAmount > socketLimits.waitingBytesMax,
    drained: async () => {
      let least = socket.bufferedAmount;
      let stuckAt = performance.now() + socketLimits.stuckMsMax;
      while (!isGone() && socket.bufferedAmount > socketLimits.waitingBytesMax / 2) {
        await wait(lookMs);
        if (socket.bufferedAmount < least) stuckAt = performance.now() + socketLimits.stuckMsMax;
        least = Math.min(least, socket.bufferedAmount);
        if (performance.now() > stuckAt) giveUp(socket);
      }
    },
    fail: (error) => end(clientError(error)),
  };
}

/** What the client may know of an error. */
export function clientError(error: unknown): GraphQLError {
  const formatted = error instanceof GraphQLError ? error.toJSON() : { message: '' };
  const { message, extensions } = maskError(formatted, error);
  return new GraphQLError(message, { extensions: extensions ?? {} });
}

/** A client that reads nothing does not read the reason either. */
function giveUp(socket: WebSocket): void {
  socket.close(closeCodes.tryAgainLater, 'Nothing was read for too long');
  socket.terminate();
}

type Results = {
  readonly results: AsyncIterableIterator<never>;
  readonly end: (error?: Error) => void;
  readonly hasEnded: () => boolean;
};

function createResults(onEnd: () => void): Results {
  let isOver = false;
  let settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  const over = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  over.catch(() => undefined);
  const end = (error?: Error): void => {
    if (isOver) return;
    isOver = true;
    if (error) settle?.reject(error);
    else settle?.resolve();
    onEnd();
  };
  const done = { done: true, value: undefined } as const;
  const results: AsyncIterableIterator<never> = {
    [Symbol.asyncIterator]: () => results,
    next: async () => {
      await over;
      return done;
    },
    return: async () => {
      end();
      return done;
    },
    throw: async () => {
      end();
      return done;
    },
  };
  return { results, end, hasEnded: () => isOver };
}
