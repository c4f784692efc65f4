import { keepLink } from './bus-connection.ts';
import { follow, openHistory, type Following, type History, type Place } from './bus-follow.ts';
import {
  createDurable,
  openReader,
  pendingOf,
  removeDurable,
  type EventReader,
  type ReadOptions,
} from './bus-reader.ts';
import {
  ensureStream,
  hasStream,
  lastMessage,
  messageAt,
  publish,
  spaceOf,
  streamState,
  type Access,
  type OutgoingMessage,
  type Receipt,
  type StreamMessage,
  type StreamState,
} from './bus-stream.ts';
import type { Log } from '../log.ts';

/** The connection to NATS. Only the files `bus*.ts` know its client. */
export type Bus = {
  readonly isConnected: () => boolean;
  /** Calls the listener after each connection, the first one included. */
  readonly onConnect: (listener: () => void) => () => void;
  readonly ensureStream: () => Promise<void>;
  /** For who reads it and leaves it to the others to make it. */
  readonly hasStream: () => Promise<boolean>;
  readonly streamState: () => Promise<StreamState>;
  readonly publish: (message: OutgoingMessage) => Promise<Receipt>;
  readonly messageAt: (seq: number) => Promise<StreamMessage | null>;
  readonly lastMessage: (subject: string) => Promise<StreamMessage | null>;
  readonly read: (options: ReadOptions) => Promise<EventReader>;
  /** Hands on what comes after a place, in order, without keeping a place on the server. */
  readonly follow: (place: Place, take: (message: StreamMessage) => void) => Promise<Following>;
  /** What the stream holds after a place, for one who asks for it bit by bit. */
  readonly history: (place: Place) => Promise<History>;
  readonly pending: (reader: string) => Promise<number>;
  readonly forget: (reader: string) => Promise<void>;
  /** Tells whoever listens at this moment. Nothing may depend on its arrival. */
  readonly signal: (subject: string) => void;
  readonly onSignal: (subject: string, listener: () => void) => () => void;
  readonly close: () => Promise<void>;
};

type BusOptions = {
  readonly url: string;
  readonly name: string;
  readonly log: Log;
  /** Copies of the stream, for the process that makes it. */
  readonly replicas?: number;
  /** A stream of its own for each test that shares a server with others. */
  readonly namespace?: string;
};

/** Gives the bus at once, connected or not: it connects in the background. */
export function connectBus({ replicas = 1, namespace = '', ...options }: BusOptions): Bus {
  const { current, onConnect, onSignal, close } = keepLink(options);
  const space = spaceOf(namespace);
  const ask = async <Answer>(question: (access: Access) => Promise<Answer>): Promise<Answer> => {
    const link = current();
    if (!link) throw new Error('NATS is not connected');
    return link.whileUp(question({ ...link, space }));
  };

  return {
    isConnected: () => current() !== null,
    onConnect,
    ensureStream: () => ask((access) => ensureStream(access, replicas)),
    hasStream: () => ask(hasStream),
    streamState: () => ask(streamState),
    publish: (message) => ask((access) => publish(access, message)),
    messageAt: (seq) => ask((access) => messageAt(access, seq)),
    lastMessage: (subject) => ask((access) => lastMessage(access, subject)),
    read: (reading) =>
      ask(async (access) => {
        await createDurable(access, reading);
        return openReader(access, reading.name, onConnect);
      }),
    follow: (place, take) => ask((access) => follow(access, place, { take, onConnect })),
    history: (place) => ask((access) => openHistory(access, place)),
    pending: (reader) => ask((access) => pendingOf(access, reader)),
    forget: (reader) => ask((access) => removeDurable(access, reader)),
    signal: (subject) => current()?.connection.publish(space.prefix + subject),
    onSignal: (subject, listener) => onSignal(space.prefix + subject, listener),
    close,
  };
}
