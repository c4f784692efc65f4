import {
  AckPolicy,
  DeliverPolicy,
  nanos,
  NatsError,
  type ConsumerMessages,
  type JsMsg,
} from 'nats';
import { toStreamMessage, type Access, type StreamMessage } from './bus-stream.ts';

export type ReadOptions = {
  /** A reader of the same name that is open elsewhere ends. */
  readonly name: string;
  readonly subjects: readonly string[];
  readonly afterSeq: number;
};

export type EventReader = {
  /** Waits for the first message, then gives what is here. Throws once the reader is broken. */
  readonly take: (limit: number, waitMs: number) => Promise<readonly StreamMessage[]>;
  /** Tells that these are done, and whatever was given before them. */
  readonly done: (messages: readonly StreamMessage[]) => void;
  readonly stop: () => Promise<void>;
};

/** Messages that the server hands out before it has to be told that they are done. */
const unackedMax = 1000;
const ackWaitMs = 30_000;
const heartbeatMs = 2000;

/**
 * Makes the durable consumer anew at each start, from a place that the caller keeps beside its own
 * data. Going on with the old one would hand out what follows before what its last reader had
 * taken and not finished, which is against the order.
 */
export async function createDurable(access: Access, options: ReadOptions): Promise<void> {
  const { jsm, space } = access;
  await removeDurable(access, options.name);
  await jsm.consumers.add(space.stream, {
    durable_name: options.name,
    // Who reads in order is done with all that came before, and says so once for many.
    ack_policy: AckPolicy.All,
    ack_wait: nanos(ackWaitMs),
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: options.afterSeq + 1,
    filter_subjects: options.subjects.map((subject) => space.prefix + subject),
    max_ack_pending: unackedMax,
    max_deliver: -1,
  });
}

export async function removeDurable({ jsm, space }: Access, name: string): Promise<void> {
  try {
    await jsm.consumers.delete(space.stream, name);
  } catch (error) {
    if (!(error instanceof NatsError) || error.code !== '404') throw error;
  }
}

/** How many messages the stream still holds for the reader of this name. */
export async function pendingOf({ jsm, space }: Access, name: string): Promise<number> {
  const info = await jsm.consumers.info(space.stream, name);
  return info.num_pending + info.num_ack_pending;
}

/** Calls the listener when the connection has been made anew, until told to forget it. */
type OnConnect = (listener: () => void) => () => void;

/** Reads the durable consumer in the stream's order: what comes a second time is left out. */
export async function openReader(
  access: Access,
  name: string,
  onConnect: OnConnect,
): Promise<EventReader> {
  const unacked = new Map<number, JsMsg>();
  const queue = createQueue();
  let newestSeq = 0;

  const source = await consume(access, name, (message) => {
    if (message.seq <= newestSeq) return;
    newestSeq = message.seq;
    unacked.set(message.seq, message);
    queue.put(toStreamMessage(message, access.space));
  });
  const working = setInterval(() => unacked.forEach((message) => message.working()), ackWaitMs / 3);
  const forget = onConnect(() => void source.close());
  void source.closed().then((error) => {
    clearInterval(working);
    forget();
    queue.fail(error || new Error(`Reader ${name} has ended`));
  });

  return {
    take: queue.take,
    done: (messages) => {
      const last = messages.at(-1);
      if (last) unacked.get(last.seq)?.ack();
      for (const { seq } of messages) unacked.delete(seq);
    },
    stop: async () => void (await source.close()),
  };
}

type Queue = Pick<EventReader, 'take'> & {
  readonly put: (message: StreamMessage) => void;
  readonly fail: (error: Error) => void;
};

function createQueue(): Queue {
  let messages: StreamMessage[] = [];
  let failure: Error | null = null;
  let wake: (() => void) | null = null;

  const news = (waitMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    put: (message) => {
      messages.push(message);
      wake?.();
    },
    fail: (error) => {
      failure ??= error;
      wake?.();
    },
    take: async (limit, waitMs) => {
      if (messages.length === 0 && !failure) await news(waitMs);
      if (failure) throw failure;
      const taken = messages.slice(0, limit);
      messages = messages.slice(limit);
      return taken;
    },
  };
}

async function consume(
  { js, space }: Access,
  name: string,
  callback: (message: JsMsg) => void,
): Promise<ConsumerMessages> {
  const consumer = await js.consumers.get(space.stream, name);
  return consumer.consume({
    callback,
    max_messages: unackedMax,
    expires: heartbeatMs * 5,
    idle_heartbeat: heartbeatMs,
    abort_on_missing_resource: true,
  });
}
