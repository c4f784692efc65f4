import { createBell } from './bell.ts';
import { keepLease } from '../database/lease.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import { onRecorded, pruneOutbox } from './outbox.ts';
import { publishRound, type RelayScope } from './relay-publish.ts';
import { createUnmarked, type Unmarked } from './relay-unmarked.ts';
import { repairStream } from './relay-repair.ts';
import { describeError } from '../describe-error.ts';
import { StreamFullError } from './bus-stream.ts';

export type Relay = {
  /** Has the outbox looked at now. Commits of this data source do so by themselves. */
  readonly poke: () => void;
  readonly isActive: () => boolean;
  /** Whether the stream has no room for what waits in the outbox. Only the active relay knows. */
  readonly isBlocked: () => boolean;
  /** Ends after the round at hand and hands over to the next process. */
  readonly stop: () => Promise<void>;
};

type RelayOptions = RelayScope & { readonly leaseMs?: number };

/** What tells the relay of a service that a process of it has recorded events. */
export const recordedSignal = (service: string): string => `crm.signal.outbox.${service}`;

/** Commits ring the bell, in every process of the service: this is for a ring that was lost. */
const pollMs = 1000;
/** How long the outbox is not told what was published. */
const markMs = 250;
const upkeepMs = 60_000;
const pruneRoundsMax = 100;

/**
 * Publishes what the service's outbox holds, in one of its processes at a time. Two at a time, as
 * when one was stopped and wakes up, do no harm: the stream takes each event once and in order.
 */
export function startRelay(options: RelayOptions): Relay {
  const { db, bus, service, log, leaseMs } = options;
  const lease = keepLease({ db, name: `relay:${service}`, log, ttlMs: leaseMs });
  const isActive = (): boolean => lease.current() !== null;
  const bell = createBell();
  const upkeep = createUpkeep(options);
  const unmarked = createUnmarked(options);
  const blockage = createBlockage(log);

  const subject = recordedSignal(service);
  const subscriptions = [
    onRecorded(db, () => (isActive() ? bell.ring() : bus.signal(subject))),
    bus.onSignal(subject, bell.ring),
    bus.onConnect(() => {
      upkeep.expire();
      bell.ring();
    }),
  ];

  const loop = startLoop({
    step: async () => {
      if (!isActive()) blockage.note(false);
      // Before the stream is asked what it has lost the outbox knows what it has.
      if (upkeep.isDue() || msToMark(unmarked) <= 0) await unmarked.mark();
      if (!isActive() || !bus.isConnected()) return bell.wait(pollMs);
      if (upkeep.isDue()) await upkeep.run();
      const hasMore = await publishRound(options, unmarked);
      blockage.note(false);
      if (hasMore) await unmarked.mark();
      else await bell.wait(Math.min(pollMs, msToMark(unmarked)));
    },
    onFailure: (error, failures) => {
      upkeep.expire();
      if (error instanceof StreamFullError) blockage.note(true);
      log.warn({ error: describeError(error), failures }, 'events not published');
    },
  });

  return {
    poke: bell.ring,
    isActive,
    isBlocked: blockage.isNow,
    stop: async () => {
      for (const end of subscriptions) end();
      bell.ring();
      await loop.stop();
      await unmarked.mark().catch(() => undefined);
      await lease.stop();
    },
  };
}

/** Whether the stream is full, which is logged when it begins and when it ends. */
function createBlockage(log: Log): {
  readonly isNow: () => boolean;
  readonly note: (isBlocked: boolean) => void;
} {
  let isNow = false;
  return {
    isNow: () => isNow,
    note: (isBlocked) => {
      if (isBlocked && !isNow) log.error('the stream is full: events wait in the outbox');
      if (!isBlocked && isNow) log.warn('the stream has room again');
      isNow = isBlocked;
    },
  };
}

const msToMark = ({ since }: Unmarked): number => since() + markMs - performance.now();

type Upkeep = {
  readonly isDue: () => boolean;
  readonly run: () => Promise<void>;
  readonly expire: () => void;
};

/** What is done at the start, after each new connection, and once a minute. */
function createUpkeep({ db, bus, log }: RelayScope): Upkeep {
  let dueMs = 0;
  return {
    expire: () => {
      dueMs = 0;
    },
    isDue: () => performance.now() >= dueMs,
    run: async () => {
      dueMs = performance.now() + upkeepMs;
      await repairStream({ db, bus, log });
      for (let round = 0; round < pruneRoundsMax; round += 1) {
        if ((await pruneOutbox(db)) === 0) break;
      }
    },
  };
}
