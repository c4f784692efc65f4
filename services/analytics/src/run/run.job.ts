import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, keepLease } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import { createBell } from '@crm/kit/event/bell';
import type { Bus } from '@crm/kit/event/bus';
import { startLoop } from '@crm/kit/loop';
import { onMarked } from './dirty.repository.ts';
import { evaluateDirty, marksAtOnce } from './incremental.repository.ts';
import { runOn, scheduleRuns, type Running } from './run.repository.ts';

/** What tells the process that evaluates that another one has marked somebody. */
export const markedSignal = 'crm.signal.marked.analytics';

/** Marks ring the bell: this is for a ring that was lost, and for runs. */
const pollUsualMs = 300;
const scheduleEveryMs = 60_000;

/** More marks than one event leaves: then there are many events, which are evaluated together. */
const few = 20;
const gatherMs = 300;

type Options = { readonly leaseMs?: number; readonly chunk?: number; readonly pollMs?: number };
type Signals = { readonly bus: Pick<Bus, 'onSignal' | 'signal'> };

/**
 * Evaluates, in one of the service's processes at a time: at once whom something happened with, all
 * once a day, and all when somebody asks for it.
 */
export function startEvaluationJob(
  { bus, ...app }: App & Signals,
  { leaseMs, chunk, pollMs = pollUsualMs }: Options = {},
): { readonly stop: () => Promise<void> } {
  const lease = keepLease({ db: app.db, name: 'evaluation', log: app.log, ttlMs: leaseMs });
  const bell = createBell();
  const subscriptions = [
    onMarked(app.db, () => (lease.current() ? bell.ring() : bus.signal(markedSignal))),
    bus.onSignal(markedSignal, bell.ring),
  ];
  let scheduleAtMs = 0;
  const schedule = async (running: Running): Promise<void> => {
    if (performance.now() < scheduleAtMs) return;
    await scheduleRuns(running);
    scheduleAtMs = performance.now() + scheduleEveryMs;
  };
  const loop = startLoop({
    step: async () => {
      const held = lease.current();
      if (held === null) return bell.wait(pollMs);
      const running = { app, lease: held, ...(chunk && { chunk }) };
      await schedule(running);
      const marks = await transact(app.db, async (manager) => {
        await assertLease(manager, held);
        return evaluateDirty({ manager, now: app.now() });
      });
      const isRunning = await runOn(running);
      if (marks === marksAtOnce || isRunning) return;
      await (marks > few ? sleep(gatherMs) : bell.wait(pollMs));
    },
    onFailure: (error, failures) =>
      app.log.warn({ error: describeError(error), failures }, 'not evaluated'),
  });
  return {
    stop: async () => {
      for (const end of subscriptions) end();
      bell.ring();
      await loop.stop();
      await lease.stop();
    },
  };
}
