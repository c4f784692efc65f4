import type { DataSource } from 'typeorm';
import {
  expectedLastSequence,
  WrongSequenceError,
  type OutgoingMessage,
  type StreamMessage,
} from './bus-stream.ts';
import type { Bus } from './bus.ts';
import { headersOf, subjectOf } from './envelope.ts';
import type { Log } from '../log.ts';
import { findUnpublished, type Unpublished } from './outbox.ts';
import type { Unmarked } from './relay-unmarked.ts';

export type RelayScope = {
  readonly db: DataSource;
  readonly bus: Bus;
  readonly service: string;
  readonly log: Log;
  /** Called when the stream has acknowledged events and the outbox does not know it yet. */
  readonly onAcknowledged?: () => Promise<void> | void;
};

const eventsPerRound = 500;
/** Few enough that what is sent in one go does not hold up requests of the process. */
const chainsAtOnce = 64;
/** How many events of one aggregate are walked through to find one that was stored already. */
const stepsBackMax = 1000;

/**
 * Publishes the oldest events of the outbox: those of one aggregate one after the other, different
 * aggregates beside each other. Tells whether there may be more.
 */
export async function publishRound(scope: RelayScope, unmarked: Unmarked): Promise<boolean> {
  const found = await findUnpublished(scope.db, eventsPerRound);
  const events = found.filter((event) => !unmarked.has(event));
  const chains = byAggregate(events).values();
  const workers = Array.from({ length: Math.min(chainsAtOnce, events.length) }, async () => {
    for (const chain of chains) await publishChain(scope, chain, unmarked);
  });
  const results = await Promise.allSettled(workers);

  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return found.length === eventsPerRound;
}

function byAggregate(events: readonly Unpublished[]): Map<string, Unpublished[]> {
  const chains = new Map<string, Unpublished[]>();
  for (const event of events) {
    const key = `${event.aggregate}.${event.aggregateId}`;
    const chain = chains.get(key);
    if (chain) chain.push(event);
    else chains.set(key, [event]);
  }
  return chains;
}

async function publishChain(
  scope: RelayScope,
  chain: readonly Unpublished[],
  unmarked: Unmarked,
): Promise<void> {
  for (const event of chain) {
    const subject = subjectOf(event);
    const seq = await publishEvent(scope, event, {
      subject,
      messageId: event.eventId,
      headers: headersOf(event, scope.service),
      body: event.body,
      previousSeq: unmarked.lastSeq(subject) ?? event.previousSeq,
    });
    unmarked.add(event, seq);
  }
}

/** Gives the sequence of the event, whether it is stored now or was stored before. */
async function publishEvent(
  scope: RelayScope,
  event: Unpublished,
  message: OutgoingMessage,
): Promise<number> {
  try {
    return await publishOnce(scope.bus, event, message);
  } catch (error) {
    if (!(error instanceof WrongSequenceError)) throw error;
  }

  const last = await scope.bus.lastMessage(message.subject);
  const stored = await findBack(scope.bus, event, last);
  if (stored) return stored.seq;
  if (last && versionOf(last) >= event.version) {
    scope.log.error(
      { eventId: event.eventId, type: event.type, seq: last.seq },
      'the stream holds a newer event of this aggregate that the outbox does not know',
    );
  }
  return publishOnce(scope.bus, event, { ...message, previousSeq: last?.seq ?? 0 });
}

/** A stream that was purged still takes an id of the last two minutes for a duplicate. */
async function publishOnce(
  bus: Bus,
  event: Unpublished,
  message: OutgoingMessage,
): Promise<number> {
  const { seq, isDuplicate } = await bus.publish(message);
  if (!isDuplicate || isEvent(await bus.messageAt(seq), event.eventId)) return seq;

  const again = await bus.publish({ ...message, messageId: `${event.eventId}.${Date.now()}` });
  return again.seq;
}

/** Walks back from the last message of a subject: each names the one before it. */
async function findBack(
  bus: Bus,
  event: Unpublished,
  last: StreamMessage | null,
): Promise<StreamMessage | null> {
  let message = last;
  for (let step = 0; message && step < stepsBackMax; step += 1) {
    if (isEvent(message, event.eventId)) return message;
    if (versionOf(message) < event.version) return null;
    const previousSeq = Number(message.headers[expectedLastSequence] ?? 0);
    message = previousSeq > 0 ? await bus.messageAt(previousSeq) : null;
  }
  return null;
}

const versionOf = (message: StreamMessage): number => Number(message.headers['ce-version'] ?? 0);

export const isEvent = (message: StreamMessage | null, eventId: string): boolean =>
  message?.headers['ce-id'] === eventId;
