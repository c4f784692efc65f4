import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';

export type Target = { readonly host: string; readonly port: number };

/** What is wrong with the link. All at zero is a good one. */
export type Trouble = {
  /** How long each piece of data is on its way, both ways. */
  readonly delayMs: number;
  /** Data is swallowed and nothing is said about it: connections stay open, half-open at worst. */
  readonly isSilent: boolean;
  readonly bytesPerSecond: number;
  /** The share of pieces of data in which one byte is changed. */
  readonly corruption: number;
};

/** A TCP link that can be made bad. */
export type FaultProxy = {
  readonly port: number;
  readonly set: (trouble: Partial<Trouble>) => void;
  /** Ends every trouble. What a silent link held back is delivered, as TCP would send it again. */
  readonly heal: () => void;
  /** Breaks every open connection with a RST. */
  readonly reset: () => void;
  /** No new connections: they are refused, as when nobody listens. */
  readonly refuse: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const good: Trouble = { delayMs: 0, isSilent: false, bytesPerSecond: 0, corruption: 0 };

type Link = {
  trouble: Trouble;
  readonly target: Target;
  readonly sockets: Set<Socket>;
  /** Pieces of data that wait for the link to heal. */
  readonly held: Set<() => void>;
};

export async function startFaultProxy(target: Target, port = 0): Promise<FaultProxy> {
  const link: Link = { trouble: good, target, sockets: new Set(), held: new Set() };
  let server = await listen(link, port);
  const { port: actual } = address(server);
  const heal = (): void => {
    link.trouble = good;
    for (const send of link.held) send();
    link.held.clear();
  };
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (server.listening) server.close(() => resolve());
      else resolve();
      for (const socket of link.sockets) socket.destroy();
    });
  return {
    port: actual,
    set: (trouble) => {
      link.trouble = { ...link.trouble, ...trouble };
    },
    heal: () => {
      heal();
      if (!server.listening) void listen(link, actual).then((again) => (server = again));
    },
    reset: () => {
      for (const socket of link.sockets) socket.resetAndDestroy();
    },
    refuse: stop,
    close: stop,
  };
}

const address = (server: Server): AddressInfo => {
  const found = server.address();
  if (found === null || typeof found === 'string') throw new Error('The proxy does not listen');
  return found;
};

const listen = (link: Link, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) =>
      join(link, client),
    );
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });

function join(link: Link, client: Socket): void {
  const upstream = connect({ ...link.target, noDelay: true, allowHalfOpen: true });
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    link.sockets.add(from);
    from.pipe(passage(link)).pipe(to);
    from.on('error', () => breakOff(link, to));
    from.on('close', () => {
      link.sockets.delete(from);
      breakOff(link, to);
    });
  }
}

/** A silent link carries no news of an end either. */
function breakOff(link: Link, socket: Socket): void {
  if (link.trouble.isSilent) link.held.add(() => socket.destroy());
  else socket.destroy();
}

const passage = (link: Link): Transform =>
  new Transform({
    transform: (chunk: Buffer, _encoding, done) => deliver(link, corrupted(link, chunk), done),
  });

function deliver(link: Link, chunk: Buffer, done: TransformCallback): void {
  const { delayMs, bytesPerSecond } = link.trouble;
  const sendingMs = bytesPerSecond > 0 ? (chunk.length / bytesPerSecond) * 1000 : 0;
  const arrive = (): void => {
    if (link.trouble.isSilent) link.held.add(() => done(null, chunk));
    else done(null, chunk);
  };
  if (delayMs + sendingMs > 0) setTimeout(arrive, delayMs + sendingMs);
  else arrive();
}

function corrupted(link: Link, chunk: Buffer): Buffer {
  if (link.trouble.corruption === 0 || Math.random() >= link.trouble.corruption) return chunk;
  const copy = Buffer.from(chunk);
  const index = Math.floor(Math.random() * copy.length);
  copy[index] = (copy[index] ?? 0) ^ 0xff;
  return copy;
}
