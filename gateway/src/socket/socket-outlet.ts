import { createOutlet } from '../connection/outlet.ts';
import type { Outlet } from '../feed/follower.ts';
import type { Connection } from './connection.ts';
import { closeCodes } from './socket-limits.ts';

/** Results of one subscription as they come, for the protocol's own end and errors. */
export type SubscriptionOutlet = Outlet & {
  /** Yields nothing, since frames are written as they are: it ends or fails with the subscription. */
  readonly results: AsyncIterableIterator<never>;
};

/**
 * Writes frames to the socket itself: the payload was made once for all followers, only the
 * subscription's id is put before it.
 */
export function createSocketOutlet(
  { socket, stream }: Pick<Connection, 'socket' | 'stream'>,
  id: string,
  onEnd: () => void,
): SubscriptionOutlet {
  const prefix = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  const suffix = Buffer.from('}');
  const { results, end, hasEnded } = createResults(onEnd);
  const outlet = createOutlet({
    write: ({ payload }) =>
      socket.send(Buffer.concat([prefix, payload, suffix]), { binary: false }),
    stream,
    waiting: () => socket.bufferedAmount,
    isOver: () => hasEnded() || socket.readyState !== socket.OPEN,
    end,
    complete: () => end(),
    breakOff: () => {
      socket.close(closeCodes.tryAgainLater, 'Nothing was read for too long');
      socket.terminate();
    },
  });
  return { ...outlet, results };
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
