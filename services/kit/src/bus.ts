import { keepLink, type Link } from './bus-connection.ts';
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
  findMessage,
  publish,
  streamState,
  type OutgoingMessage,
  type Receipt,
  type StreamMessage,
  type StreamState,
} from './bus-stream.ts';
import type { Log } from './log.ts';

/** The connection to NATS. Only the files `bus*.ts` know its client. */
export type Bus = {
  readonly isConnected: () => boolean;
  /** Calls the listener after each connection, the first one included. */
  readonly onConnect: (listener: () => void) => () => void;
  readonly ensureStream: () => Promise<void>;
  readonly streamState: () => Promise<StreamState>;
  readonly publish: (message: OutgoingMessage) => Promise<Receipt>;
  readonly messageAt: (seq: number) => Promise<StreamMessage | null>;
  readonly lastMessage: (subject: string) => Promise<StreamMessage | null>;
  readonly read: (options: ReadOptions) => Promise<EventReader>;
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
};

/** Gives the bus at once, connected or not: it connects in the background. */
export function connectBus({ replicas = 1, ...options }: BusOptions): Bus {
  const { current, onConnect, onSignal, close } = keepLink(options);
  const linked = (): Link => {
    const link = current();
    if (!link) throw new Error('NATS is not connected');
    return link;
  };

  return {
    isConnected: () => current() !== null,
    onConnect,
    ensureStream: async () => ensureStream(linked().jsm, replicas),
    streamState: async () => streamState(linked().jsm),
    publish: async (message) => publish(linked().js, message),
    messageAt: async (seq) => findMessage(linked().jsm, { seq }),
    lastMessage: async (subject) => findMessage(linked().jsm, { last_by_subj: subject }),
    read: async (reading) => {
      await createDurable(linked().jsm, reading);
      return openReader(linked(), reading.name, onConnect);
    },
    pending: async (reader) => pendingOf(linked().jsm, reader),
    forget: async (reader) => removeDurable(linked().jsm, reader),
    signal: (subject) => current()?.connection.publish(subject),
    onSignal,
    close,
  };
}
