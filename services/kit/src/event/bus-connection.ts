import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  Events,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
} from 'nats';
import { createPublisher, type Publisher } from './bus-publish.ts';
import type { Log } from '../log.ts';
import { describeError } from '../describe-error.ts';

/** The connection while there is one. It is another after each time that it was lost. */
export type Link = {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly publisher: Publisher;
  /** Fails at once when the connection is lost, instead of when the answer is late. */
  readonly whileUp: <Value>(work: Promise<Value>) => Promise<Value>;
};

export type LinkKeeper = {
  readonly current: () => Link | null;
  readonly onConnect: (listener: () => void) => () => void;
  readonly onSignal: (subject: string, listener: () => void) => () => void;
  readonly close: () => Promise<void>;
};

type Signal = { readonly subject: string; readonly listener: () => void };

type LinkOptions = { readonly url: string; readonly name: string; readonly log: Log };

const retryMs = 250;
const pingMs = 5000;

/** Connects in the background, for as long as it takes: nothing waits for NATS to start. */
export function keepLink({ url, name, log }: LinkOptions): LinkKeeper {
  const closing = new AbortController();
  const listeners = new Set<() => void>();
  const signals = new Set<Signal>();
  let link: Link | null = null;

  const change = (now: Link | null): void => {
    if (Boolean(now) !== Boolean(link)) log.info(`NATS ${now ? 'connected' : 'disconnected'}`);
    link = now;
    if (now) for (const listener of listeners) listener();
  };
  const begin = (connection: NatsConnection): void => {
    for (const signal of signals) listen(connection, signal, signals);
  };
  const target = { url, name, refused: refusalLog(log), closed: closing.signal };
  const running = keepConnected(target, begin, change);

  return {
    current: () => link,
    onConnect: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onSignal: (subject, listener) => {
      const signal = { subject, listener };
      signals.add(signal);
      if (link) listen(link.connection, signal, signals);
      return () => void signals.delete(signal);
    },
    close: async () => {
      closing.abort();
      await link?.connection.close();
      await running;
    },
  };
}

/** Logs why there is no connection, once for each reason. */
function refusalLog(log: Log): (error: Error) => null {
  let last = '';
  return (error) => {
    if (error.message !== last) log.warn({ error: describeError(error) }, 'NATS cannot be reached');
    last = error.message;
    return null;
  };
}

type Target = {
  readonly url: string;
  readonly name: string;
  readonly refused: (error: Error) => null;
  readonly closed: AbortSignal;
};

async function keepConnected(
  { url, name, refused, closed }: Target,
  begin: (connection: NatsConnection) => void,
  change: (link: Link | null) => void,
): Promise<void> {
  while (!closed.aborted) {
    const connection = await connect({
      servers: url.split(','),
      name,
      timeout: 2000,
      maxReconnectAttempts: -1,
      reconnectTimeWait: retryMs,
      pingInterval: pingMs,
      maxPingOut: 2,
    }).catch(refused);
    if (closed.aborted) return connection?.close();
    if (connection) begin(connection);
    if (connection) await follow(connection, change);
    else await sleep(retryMs);
  }
}

/** Tells of every loss and return of the connection, until it is closed for good. */
async function follow(
  connection: NatsConnection,
  change: (link: Link | null) => void,
): Promise<void> {
  const jsm = await connection.jetstreamManager({ checkAPI: false });
  const publisher = createPublisher(connection);
  const waiting = new Set<() => void>();
  const link = (): Link => ({
    connection,
    js: connection.jetstream(),
    jsm,
    publisher,
    whileUp: (work) => raceLoss(work, waiting),
  });
  const turn = (isUp: boolean): void => {
    change(isUp ? link() : null);
    if (!isUp) for (const fail of waiting) fail();
  };
  turn(true);
  void tell(connection, turn);
  await connection.closed();
  turn(false);
}

const raceLoss = <Value>(work: Promise<Value>, waiting: Set<() => void>): Promise<Value> =>
  new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error('NATS was disconnected'));
    waiting.add(fail);
    work.then(resolve, reject).finally(() => waiting.delete(fail));
  });

/** The client's stream of news does not end when the connection does. */
async function tell(connection: NatsConnection, turn: (isUp: boolean) => void): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === Events.Disconnect) turn(false);
    if (type === Events.Reconnect) turn(true);
  }
}

function listen(connection: NatsConnection, signal: Signal, wanted: ReadonlySet<Signal>): void {
  connection.subscribe(signal.subject, {
    callback: () => wanted.has(signal) && signal.listener(),
  });
}
