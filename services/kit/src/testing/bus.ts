import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect } from 'nats';
import { spaceOf } from '../event/bus-stream.ts';
import { connectBus, type Bus } from '../event/bus.ts';
import { createLog } from '../log.ts';

/** A stream of its own on the test server, behind a link that a test can cut. */
export type TestStream = {
  /** Connects one more process, so to say. */
  readonly connect: (name?: string) => Bus;
  /** Ends all connections and lets no new one through, as a server does that is down. */
  readonly cut: () => void;
  readonly heal: () => Promise<void>;
  /** Deletes the stream with all it holds. */
  readonly wipe: () => Promise<void>;
  /** Deletes all messages; the stream itself and its sequence stay. */
  readonly purge: () => Promise<void>;
  /** Deletes the messages after a sequence. */
  readonly cutOff: (afterSeq: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function testStream(): Promise<TestStream> {
  const server = new URL(process.env['TEST_NATS_URL'] ?? 'nats://127.0.0.1:4020');
  const namespace = `test${randomUUID().replaceAll('-', '')}`;
  const { stream } = spaceOf(namespace);
  const link = await openLink(server.hostname, Number(server.port));
  const admin = await connect({ servers: server.host });
  const jsm = await admin.jetstreamManager();
  const buses: Bus[] = [];

  return {
    connect: (name = 'test') => {
      const url = `nats://127.0.0.1:${link.port}`;
      const bus = connectBus({ url, name, namespace, log: createLog(name, 'silent') });
      buses.push(bus);
      return bus;
    },
    cut: link.cut,
    heal: link.heal,
    wipe: async () => void (await jsm.streams.delete(stream)),
    purge: async () => void (await jsm.streams.purge(stream)),
    cutOff: async (afterSeq) => {
      const { state } = await jsm.streams.info(stream);
      for (let seq = afterSeq + 1; seq <= state.last_seq; seq += 1) {
        await jsm.streams.deleteMessage(stream, seq);
      }
    },
    close: async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      await jsm.streams.delete(stream).catch(() => undefined);
      await admin.close();
      link.cut();
    },
  };
}

type ServerLink = {
  readonly port: number;
  readonly cut: () => void;
  readonly heal: () => Promise<void>;
};

async function openLink(host: string, serverPort: number): Promise<ServerLink> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connectSocket(serverPort, host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return portOf(server.address());
  };
  const port = await listen(0);

  return {
    port,
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    heal: async () => void (await listen(port)),
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The link has no port');
  return address.port;
}
