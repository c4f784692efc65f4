import type { FormattedExecutionResult } from 'graphql';
import { createClient } from 'graphql-ws/client';
import { WebSocket } from 'ws';
import { endingOf, Interruption } from './interruption.ts';
import { createWaitingLine, type WaitingLine } from './waiting-line.ts';

export type Asked = {
  readonly url: string;
  readonly token: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
};

/** One subscription on a socket of its own. */
export type Connection = Pick<WaitingLine<FormattedExecutionResult>, 'next'> & {
  readonly close: () => void;
};

/** Messages that may wait here. Then the socket is read no more, and the server waits. */
const waitingMax = 100;
const handshakeMsMax = 10_000;
const lookEveryMs = 10_000;
/** A server that says nothing for so long, not even to a ping, is gone. */
const silenceMsMax = 25_000;
const goodbyeMs = 1000;

export function openConnection({ url, token, query, variables }: Asked): Connection {
  let socket: WebSocket | undefined;
  const keep = (made: WebSocket): void => {
    socket = made;
    watch(made);
  };
  const client = createClient({
    url,
    connectionParams: { authorization: `Bearer ${token}` },
    connectionAckWaitTimeout: handshakeMsMax,
    // Whoever follows connects again, since each time goes on from another cursor.
    retryAttempts: 0,
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocol: string) {
        super(address, protocol, { handshakeTimeout: handshakeMsMax });
        keep(this);
      }
    },
  });
  const line = createWaitingLine<FormattedExecutionResult>({
    messagesMax: waitingMax,
    onFull: () => socket?.pause(),
    onRoom: () => socket?.resume(),
  });
  const leave = client.subscribe(
    { query, variables },
    {
      next: line.add,
      error: (cause) => line.end(endingOf(cause)),
      complete: () => line.end(new Interruption('restart', 'The subscription was ended')),
    },
  );
  return {
    next: line.next,
    close: () => {
      line.drop();
      leave();
      if (socket) end(socket);
    },
  };
}

/** A cable that was cut tells nobody: only silence shows it. */
function watch(socket: WebSocket): void {
  let heardAt = performance.now();
  const hear = (): void => {
    heardAt = performance.now();
  };
  for (const sign of ['message', 'ping', 'pong']) socket.on(sign, hear);
  const timer = setInterval(() => {
    if (socket.isPaused) return hear();
    if (performance.now() - heardAt > silenceMsMax) return socket.terminate();
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, lookEveryMs);
  socket.once('close', () => clearInterval(timer));
}

function end(socket: WebSocket): void {
  const timer = setTimeout(() => socket.terminate(), goodbyeMs);
  socket.once('close', () => clearTimeout(timer));
  socket.close(1000);
  // Its close is not heard while nothing is read.
  socket.resume();
}
