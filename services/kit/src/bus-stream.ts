import {
  DiscardPolicy,
  headers as natsHeaders,
  nanos,
  NatsError,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
  type MsgHdrs,
} from 'nats';
import { eventSubjects, type Headers } from './envelope.ts';

/** The one stream that all services tell their events on. */
export const streamName = 'CRM_EVT';

export type StreamState = { readonly firstSeq: number; readonly lastSeq: number };

export type StreamMessage = {
  readonly seq: number;
  readonly subject: string;
  readonly headers: Headers;
  readonly body: string;
};

export type OutgoingMessage = {
  readonly subject: string;
  /** Within two minutes the stream does not store the same id again. */
  readonly messageId: string;
  readonly headers: Headers;
  readonly body: string;
  /** The last sequence on this subject as the sender knows it; null when it does not matter. */
  readonly previousSeq: number | null;
};

export type Receipt = { readonly seq: number; readonly isDuplicate: boolean };

/** The stream holds another last message on the subject than the sender knows. */
export class WrongSequenceError extends Error {}

const keptMs = 7 * 24 * 3600 * 1000;
const publishTimeoutMs = 3000;
const wrongSequence = 10_071;
const notFound = '404';

/**
 * Makes the stream when there is none, and else leaves it as its operators have set it. A full
 * stream refuses what is new (the outbox keeps it) instead of dropping what is old.
 */
export async function ensureStream(jsm: JetStreamManager, replicas: number): Promise<void> {
  try {
    await jsm.streams.info(streamName);
  } catch (error) {
    if (!(error instanceof NatsError) || error.code !== notFound) throw error;
    await jsm.streams.add({
      name: streamName,
      subjects: [...eventSubjects],
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      max_age: nanos(keptMs),
      num_replicas: replicas,
    });
  }
}

export async function streamState(jsm: JetStreamManager): Promise<StreamState> {
  const { state } = await jsm.streams.info(streamName);
  return { firstSeq: state.first_seq, lastSeq: state.last_seq };
}

export async function publish(js: JetStreamClient, message: OutgoingMessage): Promise<Receipt> {
  const headers = natsHeaders();
  for (const [name, value] of Object.entries(message.headers)) headers.set(name, value);
  try {
    const { seq, duplicate } = await js.publish(message.subject, message.body, {
      msgID: message.messageId,
      headers,
      timeout: publishTimeoutMs,
      expect: {
        streamName,
        ...(message.previousSeq === null ? {} : { lastSubjectSequence: message.previousSeq }),
      },
    });
    return { seq, isDuplicate: duplicate };
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.err_code === wrongSequence) {
      throw new WrongSequenceError(error.message, { cause: error });
    }
    throw error;
  }
}

type Place = { readonly seq: number } | { readonly last_by_subj: string };

export async function findMessage(
  jsm: JetStreamManager,
  place: Place,
): Promise<StreamMessage | null> {
  try {
    const found = await jsm.streams.getMessage(streamName, place);
    const { seq, subject } = found;
    return { seq, subject, headers: readHeaders(found.header), body: found.string() };
  } catch (error) {
    if (error instanceof NatsError && error.code === notFound) return null;
    throw error;
  }
}

export function readHeaders(headers: MsgHdrs | undefined): Headers {
  const found: Record<string, string> = {};
  for (const [name, values] of headers ?? []) found[name] = values[0] ?? '';
  return found;
}
