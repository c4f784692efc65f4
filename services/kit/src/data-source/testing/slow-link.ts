import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import type { KeptNode } from '../keeper/options.ts';
import { freePort } from './ports.ts';

export type SlowLinks = {
  /** Where a server is found behind a link. */
  readonly via: (address: KeptNode) => Promise<KeptNode>;
  readonly close: () => void;
};

/** TCP links on which every piece of data is on its way for a while, in either direction. */
export function slowLinks(delayMs: number): SlowLinks {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const link = async (host: string, port: number): Promise<number> => {
    const own = await freePort();
    const server = createServer({ noDelay: true }, (client) => {
      const upstream = connect({ host, port, noDelay: true });
      join({ client, upstream }, delayMs, sockets);
    });
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(own, host, resolve);
    });
    return own;
  };
  return {
    via: async ({ name, host, port, adminPort }) => ({
      name,
      host,
      port: await link(host, port),
      adminPort: await link(host, adminPort),
    }),
    close: () => {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

type Ends = { readonly client: Socket; readonly upstream: Socket };

function join({ client, upstream }: Ends, delayMs: number, sockets: Set<Socket>): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    sockets.add(from);
    from.pipe(delayed(delayMs)).pipe(to);
    // A server that is gone refuses; through the link that shows as an end.
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }
}

const delayed = (ms: number): Transform =>
  new Transform({
    transform: (chunk: Buffer, _, done) => {
      setTimeout(() => done(null, chunk), ms);
    },
  });
