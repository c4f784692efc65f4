import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { describeError } from '@crm/kit/describe-error';
import type { Log } from '@crm/kit/log';
import { handleProtocols, makeServer, type Server } from 'graphql-ws';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Authenticate } from '../authenticate.ts';
import { connectionLimits } from '../connection/connection-limits.ts';
import { goodbye, type Connections, type OpenConnection } from '../connection/connections.ts';
import type { Feed } from '../feed/feed.ts';
import type { Graph } from '../graph/graph.ts';
import { createFlow } from './flow.ts';
import type { Connection } from './connection.ts';
import { protocolOptions, type Params } from './protocol.ts';
import { closeCodes, socketLimits } from './socket-limits.ts';

export type SocketOptions = {
  readonly feed: Feed;
  readonly graph: () => Graph;
  readonly authenticate: Authenticate;
  readonly connections: Connections;
  readonly log: Log;
};

/** Takes over a request to speak WebSocket. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const limits = {
  maxPayload: socketLimits.messageBytesMax,
  maxFragments: socketLimits.fragmentsMax,
  closeTimeout: connectionLimits.goodbyeMs,
  // Who pings too often is told so before ws would break off without a word.
  maxPendingAutoPongs: socketLimits.messagesPerSecondMax + 1,
};

/** Serves the protocol graphql-transport-ws at the path of the graph. */
export function createSocketServer(options: SocketOptions): Upgrade {
  const server = new WebSocketServer({
    noServer: true,
    ...limits,
    perMessageDeflate: false,
    handleProtocols,
  });
  const protocol = makeServer<Params, Connection>(protocolOptions(options));

  return (request, socket, head) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== '/graphql') return refuse(socket, '404 Not Found');
    // Until it has its turn nobody else listens, and it may break off.
    socket.on('error', () => undefined);
    options.connections.admit({
      begin: () =>
        server.handleUpgrade(request, socket, head, (webSocket) => {
          open(options, { webSocket, stream: socket, request, protocol });
        }),
      refuse: () => refuse(socket, '503 Service Unavailable'),
    });
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

async function sendAway(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close(closeCodes.restart, 'Service restart');
  await goodbye(closed);
  socket.terminate();
}

type Opening = {
  readonly webSocket: WebSocket;
  readonly stream: Duplex;
  readonly request: IncomingMessage;
  readonly protocol: Server<Connection>;
};

function open(
  { connections, log }: SocketOptions,
  { webSocket: socket, stream, request, protocol }: Opening,
): void {
  const connection: Connection = { socket, stream, request, identified: null, subscriptions: 0 };
  const counted: OpenConnection = {
    viewer: () => connection.identified?.viewer ?? null,
    sendAway: () => sendAway(socket),
  };
  connections.add(counted);
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
    connections.delete(counted);
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
  }, connectionLimits.beatMs);
  return () => clearInterval(timer);
}
