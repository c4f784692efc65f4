import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../errors.ts';

/** A released process answers what it took within this time, or cuts it off. */
const drainMsMax = 20_000;
/** A viewer in a thousand teams still fits. */
const headerBytesMax = 80 * 1024;

export type HttpOptions = {
  readonly host: string;
  readonly port: number;
  /** How long a draining server still takes requests, so that callers have time to look elsewhere. */
  readonly drainDelayMs: number;
  /** How long a request may take to arrive; 30 s when left out. */
  readonly requestMsMax?: number;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** `handle` failed. The caller gets an empty 500. */
  readonly onError: (error: unknown) => void;
};

export type RunningHttp = {
  readonly server: Server;
  readonly port: number;
  readonly isDraining: () => boolean;
  /** Stops taking connections, answers what was taken, and ends. May be called again. */
  readonly drain: () => Promise<void>;
};

/** Listens. Rejects when the port is taken. */
export async function startHttp(options: HttpOptions): Promise<RunningHttp> {
  const open = new Set<ServerResponse>();
  let drained: Promise<void> | undefined;

  const server = createServer({ maxHeaderSize: headerBytesMax }, (request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    if (drained) response.shouldKeepAlive = false;
    options.handle(request, response).catch((error: unknown) => {
      options.onError(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = options.requestMsMax ?? 30_000;
  server.keepAliveTimeout = 65_000;
  await listen(server, options);

  const drain = async (): Promise<void> => {
    for (const response of open) response.shouldKeepAlive = false;
    await wait(options.drainDelayMs);
    await close(server, 2 * options.drainDelayMs);
  };
  return {
    server,
    port: portOf(server),
    isDraining: () => drained !== undefined,
    drain: () => (drained ??= drain()),
  };
}

const bodyMsMax = 30_000;

/** The whole body, or BAD_REQUEST when it is longer than `bytesMax`. A body that never ends is cut off. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLong(bytesMax);
  const timer = setTimeout(() => request.destroy(), bodyMsMax);
  try {
    return await readChunks(request, bytesMax);
  } finally {
    clearTimeout(timer);
  }
}

async function readChunks(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > bytesMax) throw tooLong(bytesMax);
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length);
}

export type Reply = {
  readonly status: number;
  readonly text: string | Buffer;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export function send(response: ServerResponse, { status, text, type, headers }: Reply): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'content-type': type ?? 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

const tooLong = (bytesMax: number): AppError =>
  new AppError('BAD_REQUEST', `The request is longer than ${bytesMax} bytes`);

const listen = (server: Server, { host, port }: HttpOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

/**
 * A connection that is closed because nothing is asked on it may be just about to carry a request,
 * which would fail: idle ones are left open for a while, and what comes on them is told to close.
 */
async function close(server: Server, idleMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // That of HTTP closes idle connections first.
    NetServer.prototype.close.call(server, () => resolve());
  });
  const endIdle = setTimeout(() => server.closeIdleConnections(), idleMs);
  const cutOff = setTimeout(() => server.closeAllConnections(), drainMsMax);
  await closed;
  clearTimeout(endIdle);
  clearTimeout(cutOff);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
