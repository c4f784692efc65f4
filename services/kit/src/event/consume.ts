import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { applyEvents, retryLetter, type ApplyScope, type Task } from './apply.ts';
import { createBell } from './bell.ts';
import type { EventReader } from './bus-reader.ts';
import type { StreamMessage } from './bus-stream.ts';
import type { Bus } from './bus.ts';
import { createDispatch, subjectsOf, type Consumer, type Dispatch } from './consumer.ts';
import { findDueLetter } from './dead-letter.ts';
import { describeError } from '../describe-error.ts';
import { decode, standInFor } from './envelope.ts';
import type { RecordedEvent } from './event.ts';
import { keyOf } from './inbox.ts';
import { keepLease } from '../database/lease.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import { mapInTurns } from '../turns.ts';
import {
  movePosition,
  positionOf,
  readPosition,
  seqToReadAfter,
  type Position,
} from './position.ts';

type ConsumeOptions = {
  readonly db: DataSource;
  readonly bus: Bus;
  readonly service: string;
  readonly consumers: readonly Consumer[];
  readonly log: Log;
  /** The reader's name in NATS, when it is not the service's only one. */
  readonly reader?: string;
  /** Whether it hears of records what they are, too, and not only what happens to them. */
  readonly hearsSnapshots?: boolean;
  readonly leaseMs?: number;
};

export type Consuming = {
  readonly isActive: () => boolean;
  /** How many events are still to be read; null while nothing is read here. */
  readonly pending: () => Promise<number | null>;
  /** Ends after the events at hand and hands over to the next process. */
  readonly stop: () => Promise<void>;
};

const messagesAtOnce = 500;
const pollMs = 500;

/** From so many on they are applied beside each other; fewer are worth no second transaction. */
const manyMessages = 400;
const lanesOfMany = 4;

/** What comes one by one waits so long for its like, because a transaction costs more than an event. */
const gatherMs = 50;
/** So many in that time are a flood, which waits longer: in few large transactions it is over sooner. */
const floodMessages = 10;
const gatherFloodMs = 250;

/** How long the place is not written down: what was applied since is left out when it is read again. */
const moveEveryMs = 1000;

/**
 * Applies events, in one of the service's processes at a time. Each that begins reads in the
 * stream's order from a place below which all is applied, and leaves out what it finds applied, so
 * that order and once hold even while two believe that they are the one.
 */
export function startConsumers(options: ConsumeOptions): Consuming {
  const { db, bus, service, log, leaseMs } = options;
  const lease = keepLease({ db, name: `consumers:${service}`, log, ttlMs: leaseMs });
  const scope = { db, consumer: service, log };
  const dispatch = createDispatch(options.consumers);
  const bell = createBell();
  const forget = bus.onConnect(bell.ring);
  let session: Session | null = null;

  const end = async (): Promise<void> => {
    await session?.stop();
    session = null;
  };
  const step = async (): Promise<void> => {
    if (!lease.current()) {
      await end();
      return bell.wait(pollMs);
    }
    await retryDue(scope, dispatch);
    if (!bus.isConnected()) return bell.wait(pollMs);
    session ??= await openSession(options, dispatch);
    await session.next();
  };
  const loop = startLoop({
    step: () =>
      step().catch(async (error: unknown) => {
        await end();
        throw error;
      }),
    onFailure: (error, failures) =>
      log.warn({ error: describeError(error), failures }, 'events not applied'),
  });

  return {
    isActive: () => session !== null,
    pending: async () => (session ? session.pending() : null),
    stop: async () => {
      forget();
      bell.ring();
      await loop.stop();
      await end();
      await lease.stop();
    },
  };
}

type Session = {
  /** Waits for events and applies them. */
  readonly next: () => Promise<void>;
  readonly pending: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

async function openSession(options: ConsumeOptions, dispatch: Dispatch): Promise<Session> {
  const { db, bus, service: consumer, log, reader: name = consumer } = options;
  await bus.ensureStream();
  let position = await readPosition(db, consumer);
  const scope = { db, consumer, log, generation: position.generation };
  const reader: EventReader = await bus.read({
    name,
    subjects: subjectsOf(options.consumers, options.hearsSnapshots),
    afterSeq: await seqToReadAfter(bus, position, log),
  });
  let reached: Position = position;
  let movedAt = performance.now();
  let mayTakeAt = 0;

  return {
    next: async () => {
      await sleep(Math.max(0, mayTakeAt - performance.now()));
      const messages = await reader.take(messagesAtOnce, pollMs);
      mayTakeAt = performance.now() + gatherMsAfter(messages.length);
      const last = messages.at(-1);
      if (last) {
        await applyMessages(scope, dispatch, messages);
        reader.done(messages);
        reached = positionOf(last);
      }
      const isDue = !last || performance.now() - movedAt >= moveEveryMs;
      if (!isDue || reached.seq === position.seq) return;
      position = await movePosition(db, { consumer, from: position, to: reached });
      movedAt = performance.now();
    },
    pending: () => bus.pending(name),
    stop: reader.stop,
  };
}

function gatherMsAfter(count: number): number {
  if (count >= manyMessages) return 0;
  return count >= floodMessages ? gatherFloodMs : gatherMs;
}

async function applyMessages(
  scope: ApplyScope,
  dispatch: Dispatch,
  messages: readonly StreamMessage[],
): Promise<void> {
  const dispatched = await mapInTurns(messages, (message) => dispatch(read(message, scope.log)));
  const tasks = dispatched.filter((task) => task !== null);
  const results = await Promise.allSettled(inLanes(tasks).map((lane) => applyEvents(scope, lane)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function read(message: StreamMessage, log: Log): RecordedEvent {
  try {
    return decode(message);
  } catch (error) {
    log.warn({ seq: message.seq, error: describeError(error) }, 'a message is no event');
    return standInFor(message);
  }
}

/**
 * Deals tasks out to be applied beside each other: one aggregate in one lane, and as a rule one
 * customer too, because projections keep rows by customer.
 */
function inLanes(tasks: readonly Task[]): readonly (readonly Task[])[] {
  if (tasks.length < manyMessages) return [tasks];
  const dealt = new Map<number, Task[]>();
  const laneOf = new Map<string, number>();
  for (const task of tasks) {
    const key = keyOf(task.event);
    const lane = laneOf.get(key) ?? laneFor(task.event);
    laneOf.set(key, lane);
    dealt.set(lane, [...(dealt.get(lane) ?? []), task]);
  }
  return [...dealt.values()];
}

/** The last digits of an id are random. */
const laneFor = ({ customerId, aggregateId }: RecordedEvent): number =>
  Number.parseInt((customerId ?? aggregateId).slice(-4), 16) % lanesOfMany;

const retriesAtOnce = 500;

/** Tries what was set aside and is due, before anything new is read. */
async function retryDue({ db, consumer, log }: ApplyScope, dispatch: Dispatch): Promise<void> {
  if (!(await findDueLetter(db, consumer))) return;
  const { generation } = await readPosition(db, consumer);
  for (let count = 0; count < retriesAtOnce; count += 1) {
    const letter = await findDueLetter(db, consumer);
    if (!letter) return;
    const task = dispatch(letter.event);
    const run = task?.run ?? (() => Promise.resolve());
    await retryLetter({ db, consumer, log, generation }, letter, run);
  }
}
