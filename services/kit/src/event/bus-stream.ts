import {
  DiscardPolicy,
  headers as natsHeaders,
  nanos,
  NatsError,
  StorageType,
  type MsgHdrs,
  type StoredMsg,
} from 'nats';
import type { Link } from './bus-connection.ts';
import { RefusedError } from './bus-publish.ts';
import { eventSubjects, type Headers } from './envelope.ts';

/** The one stream that all services tell their events on. */
export type Space = {
  readonly stream: string;
  /** Leads every subject; empty but in tests, which share a server. */
  readonly prefix: string;
};

export const spaceOf = (namespace: string): Space =>
  namespace === ''
    ? { stream: 'CRM_EVT', prefix: '' }
    : { stream: `CRM_EVT_${namespace}`, prefix: `${namespace}.` };

/** What the functions on the stream work in. */
export type Access = Link & { readonly space: Space };

export type StreamState = {
  /** Another one when the stream was made anew: its sequences then mean something else. */
  readonly identity: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly messages: number;
};

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

/** There is no room for the message. What the stream holds stays. */
export class StreamFullError extends Error {
  override readonly name = 'StreamFullError';
}

const keptMs = 7 * 24 * 3600 * 1000;
const publishTimeoutMs = 3000;
const wrongSequence = 10_071;
/** The bounds of the account, of the cluster, and of the server; and a store that took nothing. */
const noRoom: ReadonlySet<unknown> = new Set([10_002, 10_023, 10_047, 10_077]);
/** On the subject of the message; each message names the one before it so. */
export const expectedLastSequence = 'Nats-Expected-Last-Subject-Sequence';
const notFound = '404';

/**
 * Makes the stream when there is none, and else leaves it as its operators have set it. A full
 * stream refuses what is new (the outbox keeps it) instead of dropping what is old.
 */
export async function ensureStream(access: Access, replicas: number): Promise<void> {
  if (await hasStream(access)) return;
  const { jsm, space } = access;
  await jsm.streams.add({
    name: space.stream,
    subjects: eventSubjects.map((subject) => space.prefix + subject),
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_age: nanos(keptMs),
    num_replicas: replicas,
  });
}

export async function hasStream({ jsm, space }: Access): Promise<boolean> {
  try {
    await jsm.streams.info(space.stream);
    return true;
  } catch (error) {
    if (error instanceof NatsError && error.code === notFound) return false;
    throw error;
  }
}

export async function streamState({ jsm, space }: Access): Promise<StreamState> {
  const { created, state } = await jsm.streams.info(space.stream);
  return {
    identity: created,
    firstSeq: state.first_seq,
    lastSeq: state.last_seq,
    messages: state.messages,
  };
}

export async function publish(
  { publisher, space }: Access,
  message: OutgoingMessage,
): Promise<Receipt> {
  const headers = natsHeaders();
  for (const [name, value] of Object.entries(message.headers)) headers.set(name, value);
  headers.set('Nats-Msg-Id', message.messageId);
  headers.set('Nats-Expected-Stream', space.stream);
  if (message.previousSeq !== null) {
    headers.set(expectedLastSequence, String(message.previousSeq));
  }
  const subject = space.prefix + message.subject;
  try {
    const { body } = message;
    const { seq, duplicate } = await publisher({ subject, headers, body }, publishTimeoutMs);
    return { seq, isDuplicate: duplicate };
  } catch (error) {
    throw refusalFrom(error);
  }
}

function refusalFrom(error: unknown): unknown {
  if (!(error instanceof RefusedError)) return error;
  const { code, message } = error;
  if (code === wrongSequence) return new WrongSequenceError(message, { cause: error });
  return noRoom.has(code) ? new StreamFullError(message, { cause: error }) : error;
}

export const messageAt = ({ jsm, space }: Access, seq: number): Promise<StreamMessage | null> =>
  orNull(jsm.streams.getMessage(space.stream, { seq }), space);

export const lastMessage = (
  { jsm, space }: Access,
  subject: string,
): Promise<StreamMessage | null> =>
  orNull(jsm.streams.getMessage(space.stream, { last_by_subj: space.prefix + subject }), space);

async function orNull(search: Promise<StoredMsg>, space: Space): Promise<StreamMessage | null> {
  try {
    const { seq, subject, header, data } = await search;
    return toStreamMessage({ seq, subject, headers: header, data }, space);
  } catch (error) {
    if (error instanceof NatsError && error.code === notFound) return null;
    throw error;
  }
}

type Received = {
  readonly seq: number;
  readonly subject: string;
  readonly headers?: MsgHdrs | undefined;
  readonly data: Uint8Array;
};

const text = new TextDecoder();

export const toStreamMessage = (received: Received, { prefix }: Space): StreamMessage => ({
  seq: received.seq,
  subject: received.subject.slice(prefix.length),
  headers: readHeaders(received.headers),
  body: text.decode(received.data),
});

function readHeaders(headers: MsgHdrs | undefined): Headers {
  const found: Record<string, string> = {};
  for (const [name, values] of headers ?? []) found[name] = values[0] ?? '';
  return found;
}
