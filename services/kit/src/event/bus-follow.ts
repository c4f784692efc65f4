import { AckPolicy, DeliverPolicy, nanos } from 'nats';
import { toStreamMessage, type Access, type StreamMessage } from './bus-stream.ts';

/** Messages on the subject with a greater sequence than this. */
export type Place = { readonly subject: string; readonly afterSeq: number };

export type Following = {
  /** Settles when nothing more comes: the connection or the stream is gone. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
};

const heartbeatMs = 2000;
const followedAtOnce = 1000;

type Listener = {
  readonly take: (message: StreamMessage) => void;
  readonly onConnect: (listener: () => void) => () => void;
};

/** An ordered consumer: the client begins anew by itself where a message was lost on the way. */
export async function follow(
  { js, space }: Access,
  { subject, afterSeq }: Place,
  { take, onConnect }: Listener,
): Promise<Following> {
  const consumer = await js.consumers.get(space.stream, {
    filterSubjects: space.prefix + subject,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: afterSeq + 1,
  });
  const source = await consumer.consume({
    callback: (message) => take(toStreamMessage(message, space)),
    max_messages: followedAtOnce,
    expires: heartbeatMs * 5,
    idle_heartbeat: heartbeatMs,
    abort_on_missing_resource: true,
  });
  const forget = onConnect(() => void source.close());
  return {
    ended: source.closed().then(forget),
    stop: async () => void (await source.close()),
  };
}

export type History = {
  /** Up to `limit` messages, none at the end. Throws when the connection is lost: open it anew. */
  readonly next: (limit: number) => Promise<readonly StreamMessage[]>;
  readonly close: () => Promise<void>;
};

/** A reader that was left alone for so long is forgotten by the server. */
const forgottenMs = 30_000;
const answerMsMax = 5000;

/** Reads at the pace of its caller: nothing waits in this process. */
export async function openHistory(
  { js, jsm, space }: Access,
  { subject, afterSeq }: Place,
): Promise<History> {
  const info = await jsm.consumers.add(space.stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: afterSeq + 1,
    filter_subject: space.prefix + subject,
    inactive_threshold: nanos(forgottenMs),
    max_deliver: 1,
    mem_storage: true,
    num_replicas: 1,
  });
  const consumer = js.consumers.getPullConsumerFor(info);
  let pending = info.num_pending;

  return {
    next: async (limit) => {
      if (pending === 0) return [];
      const wanted = Math.min(limit, pending);
      const found: StreamMessage[] = [];
      const messages = await consumer.fetch({ max_messages: wanted, expires: answerMsMax });
      for await (const message of messages) {
        pending = message.info.pending;
        found.push(toStreamMessage(message, space));
      }
      if (found.length < wanted) throw new Error('The stream did not give what it holds');
      return found;
    },
    close: async () => void (await consumer.delete().catch(() => false)),
  };
}
