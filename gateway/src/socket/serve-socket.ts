import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '@crm/kit/describe-error';
import type { Log } from '@crm/kit/log';
import { handleProtocols, makeServer, type Server } from 'graphql-ws';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Authenticate } from '../authenticate.ts';
import type { Feed } from '../feed/feed.ts';
import type { Graph } from '../graph/graph.ts';
import { createFlow } from './flow.ts';
import { protocolOptions, type Connection, type Params } from './protocol.ts';
import { closeCodes, socketLimits } from './socket-limits.ts';
import { createTurns } from './turns.ts';

export type SocketOptions = {
  readonly feed: Feed;
  readonly graph: () => Graph;
  readonly authenticate: Authenticate;
  readonly log: Log;
};

export type SocketServer = {
  /** Takes over a request to speak WebSocket. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly count: () => number;
  /** Sends clients elsewhere, few at a time, so that they do not all come back at once. */
  readonly drain: () => Promise<void>;
};

const limits = {
  maxPayload: socketLimits.messageBytesMax,
  maxFragments: socketLimits.fragmentsMax,
  closeTimeout: socketLimits.closeMsMax,
  // Who pings too often is told so before ws would break off without a word.
  maxPendingAutoPongs: socketLimits.messagesPerSecondMax + 1,
};

/** Fewer than 200 within any second, and all of them within the time that a release has. */
const waveMs = 100;
const waveSize = 18;
const drainMsMax = 15_000;
const goodbyeMs = 1000;

/** Serves the protocol graphql-transport-ws at the path of the graph. */
export function createSocketServer(options: SocketOptions): SocketServer {
  const server = new WebSocketServer({
    noServer: true,
    ...limits,
    perMessageDeflate: false,
    handleProtocols,
  });
  const connections = new Set<Connection>();
  const protocol = makeServer<Params, Connection>(protocolOptions(options, connections));
  const turns = createTurns({
    atOnce: socketLimits.acceptedAtOnce,
    everyMs: socketLimits.acceptEveryMs,
    waitingMax: socketLimits.waitingMax,
  });
  let isDraining = false;
  const isFull = (): boolean => isDraining || connections.size >= socketLimits.socketsMax;

  return {
    count: () => connections.size,
    upgrade: (request, socket, head) => {
      const [path] = (request.url ?? '').split('?');
      if (path !== '/graphql') return refuse(socket, '404 Not Found');
      // Until it has its turn nobody else listens, and it may break off.
      socket.on('error', () => undefined);
      const accept = (): void => {
        if (isFull()) return refuse(socket, unavailable);
        server.handleUpgrade(request, socket, head, (webSocket) => {
          open(options.log, { webSocket, request, protocol, connections });
        });
      };
      if (isFull() || !turns.take(accept)) refuse(socket, unavailable);
    },
    drain: async () => {
      isDraining = true;
      const waves = Math.ceil(drainMsMax / waveMs);
      const size = Math.max(waveSize, Math.ceil(connections.size / waves));
      const leaving: Promise<void>[] = [];
      while (connections.size > 0) {
        for (const connection of [...connections].slice(0, size)) {
          connections.delete(connection);
          leaving.push(sendAway(connection));
        }
        await wait(waveMs);
      }
      await Promise.all(leaving);
    },
  };
}

const unavailable = '503 Service Unavailable';

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

async function sendAway({ socket }: Connection): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close(closeCodes.restart, 'Service restart');
  await Promise.race([closed, wait(goodbyeMs)]);
  socket.terminate();
}

type Opening = {
  readonly webSocket: WebSocket;
  readonly request: IncomingMessage;
  readonly protocol: Server<Connection>;
  readonly connections: Set<Connection>;
};

function open(log: Log, { webSocket: socket, request, protocol, connections }: Opening): void {
  const connection: Connection = { socket, request, identified: null, subscriptions: 0 };
  connections.add(connection);
  const stopPinging = keepAlive(socket);
  const mayCome = createFlow(socketLimits.messagesPerSecondMax, () => performance.now());
  const count = (): boolean => {
    const may = mayCome();
    if (!may) socket.close(closeCodes.tooMany, 'Too many messages');
    return may;
  };
  socket.on('ping', count);
  socket.on('pong', count);
  socket.on('error', (error) => log.debug({ error: describeError(error) }, 'socket failed'));

  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (text) => send(socket, text),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (take) =>
        socket.on('message', (data, isBinary) => {
          if (!count()) return;
          if (isBinary) socket.close(closeCodes.unsupportedData, 'Only text is read');
          else take(textOf(data)).catch((error: unknown) => failed(log, socket, error));
        }),
    },
    connection,
  );
  socket.once('close', (code, reason) => {
    stopPinging();
    connections.delete(connection);
    if (connection.identified) clearTimeout(connection.identified.expiry);
    void closed(code, reason.toString());
  });
}

function failed(log: Log, socket: WebSocket, error: unknown): void {
  log.error({ error: describeError(error) }, 'bug');
  socket.close(closeCodes.internal, 'Internal error');
}

const send = (socket: WebSocket, text: string): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    // A socket that fails is closed, which is where its end is dealt with.
    socket.send(text, () => resolve());
  });

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

/** A peer that does not answer a ping before the next one is gone. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, socketLimits.pingEveryMs);
  return () => clearInterval(timer);
}
