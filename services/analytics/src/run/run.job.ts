import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, keepLease } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import { createBell } from '@crm/kit/event/bell';
import { startLoop } from '@crm/kit/loop';
import { evaluateDirty } from './incremental.repository.ts';
import { runOn, scheduleRuns, type Running } from './run.repository.ts';

const pollMs = 300;
const scheduleEveryMs = 60_000;

type Options = { readonly leaseMs?: number; readonly chunk?: number };

/**
 * Evaluates, in one of the service's processes at a time: at once whom something happened with, all
 * once a day, and all when somebody asks for it.
 */
export function startEvaluationJob(
  app: App,
  { leaseMs, chunk }: Options = {},
): { readonly stop: () => Promise<void> } {
  const lease = keepLease({ db: app.db, name: 'evaluation', log: app.log, ttlMs: leaseMs });
  const bell = createBell();
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
      const hasMore = await transact(app.db, async (manager) => {
        await assertLease(manager, held);
        return evaluateDirty({ manager, now: app.now() });
      });
      const isRunning = await runOn(running);
      if (!hasMore && !isRunning) await bell.wait(pollMs);
    },
    onFailure: (error, failures) =>
      app.log.warn({ error: describeError(error), failures }, 'not evaluated'),
  });
  return {
    stop: async () => {
      bell.ring();
      await loop.stop();
      await lease.stop();
    },
  };
}
