import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '@crm/kit/describe-error';
import type { Bus } from '@crm/kit/event/bus';
import type { StreamMessage, StreamState } from '@crm/kit/event/bus-stream';
import { decode } from '@crm/kit/event/envelope';
import type { Log } from '@crm/kit/log';
import { startLoop } from '@crm/kit/loop';
import { changeOf, type Change } from '@crm/schemas/changes/change';
import { shortHash } from './cursor.ts';
import { createRecentChanges, type RecentChanges, type RecentLimits } from './recent.ts';

/** One stream as it is read: another object once the stream was made anew. */
export type Tail = {
  /** Names the stream in cursors. */
  readonly stream: string;
  readonly recent: RecentChanges;
};

export type Intake = {
  /** Null until the stream was found and its newest changes were read. */
  readonly tail: () => Tail | null;
  /** Asks whether the stream is still the one that is read. If it is not, news follows soon. */
  readonly isCurrent: () => Promise<boolean>;
  /** Calls the listener whenever there is more to read, or another stream. */
  readonly onNews: (listener: () => void) => () => void;
  readonly stop: () => Promise<void>;
};

export type IntakeOptions = {
  readonly bus: Bus;
  readonly log: Log;
  readonly limits?: RecentLimits;
};

export const changeSubject = 'crm.evt.>';

const limitsDefault: RecentLimits = { changesMax: 20_000, bytesMax: 32 * 1024 * 1024 };
const readAtOnce = 1000;
const lookMs = 2000;
const offlineMs = 200;

/** Reads the stream once for the whole process, however many follow it. */
export function startIntake({ bus, log, limits = limitsDefault }: IntakeOptions): Intake {
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  let tail: Tail | null = null;
  /** Aborted to look for the stream anew. */
  let session = new AbortController();

  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const step = async (): Promise<void> => {
    // A service makes it, when the first of them has come to NATS.
    const isThere = bus.isConnected() && (await bus.hasStream());
    if (!isThere) return pause(offlineMs, stopping.signal);
    const next = tailFor(await bus.streamState(), tail, limits);
    await readUpTo({ bus, log }, next);
    tail = next;
    tell();
    session = new AbortController();
    const stop = AbortSignal.any([stopping.signal, session.signal]);
    await followLive({ bus, log, tell, stop }, next);
  };
  const loop = startLoop({
    step,
    onFailure: (error, failures) => {
      if (failures === 1) log.warn({ error: describeError(error) }, 'changes cannot be read');
    },
  });
  let asking: Promise<boolean> | null = null;
  const askIfCurrent = async (): Promise<boolean> => {
    const asked = { tail, session };
    if (asked.tail && (await isUnchanged(bus, asked.tail))) return tail === asked.tail;
    asked.session.abort();
    return false;
  };
  return {
    tail: () => tail,
    // A thousand followers that come back at once ask one question.
    isCurrent: () => (asking ??= askIfCurrent().finally(() => void (asking = null))),
    onNews: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: async () => {
      stopping.abort();
      await loop.stop();
    },
  };
}

type Scope = Pick<IntakeOptions, 'bus' | 'log'>;
type LiveScope = Scope & { readonly tell: () => void; readonly stop: AbortSignal };

/** Returns when the connection is lost, or the stream is no longer the same. */
async function followLive({ bus, log, tell, stop }: LiveScope, tail: Tail): Promise<void> {
  const place = { subject: changeSubject, afterSeq: tail.recent.head() };
  const over = new AbortController();
  const following = await bus.follow(place, (message) => {
    take(tail, message, log);
    tell();
  });
  const ended = following.ended.then(() => over.abort());
  try {
    while (!over.signal.aborted && !stop.aborted) {
      await Promise.race([ended, pause(lookMs, stop)]);
      if (!stop.aborted && !(await isUnchanged(bus, tail))) return;
    }
  } finally {
    await following.stop();
  }
}

function take({ recent }: Tail, message: StreamMessage, log: Log): void {
  if (message.seq <= recent.head()) return;
  const change = readChange(message, log);
  if (change) recent.add(change, message.body.length);
  else recent.pass(message.seq);
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined);

function tailFor(state: StreamState, known: Tail | null, limits: RecentLimits): Tail {
  const head = known?.recent.head() ?? 0;
  const isWhole = known && isSame(state, known, head) && state.firstSeq <= head + 1;
  if (isWhole) return known;
  const startSeq = Math.max(state.firstSeq - 1, state.lastSeq - limits.changesMax, 0);
  return {
    stream: shortHash(state.identity),
    recent: createRecentChanges(startSeq, limits),
  };
}

/** A stream that ends before what was read from it was cut off, or put back from a copy. */
const isSame = ({ identity, lastSeq }: StreamState, { stream }: Tail, head: number): boolean =>
  shortHash(identity) === stream && lastSeq >= head;

async function isUnchanged(bus: Bus, tail: Tail): Promise<boolean> {
  // More may come while the answer is on its way.
  const head = tail.recent.head();
  return isSame(await bus.streamState(), tail, head);
}

async function readUpTo({ bus, log }: Scope, tail: Tail): Promise<void> {
  const place = { subject: changeSubject, afterSeq: tail.recent.head() };
  const history = await bus.history(place);
  try {
    for (;;) {
      const messages = await history.next(readAtOnce);
      if (messages.length === 0) return;
      for (const message of messages) take(tail, message, log);
    }
  } finally {
    await history.close();
  }
}

/** Null for what is no change that the feed tells of. */
export function readChange(message: StreamMessage, log: Log): Change | null {
  try {
    return changeOf(decode(message), message.seq);
  } catch (error) {
    log.warn({ seq: message.seq, error: describeError(error) }, 'not an event');
    return null;
  }
}
