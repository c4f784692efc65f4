import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, keepLease, type Lease } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import { createBell } from '@crm/kit/event/bell';
import { startLoop } from '@crm/kit/loop';
import type { Task } from '@crm/kit/task';
import { beginSeries, findUncounted, foldDeltas, readSums, writeSums } from './count.repository.ts';
import { allSeries } from './series.ts';

const pollMs = 2000;
/** Whatever may have gone astray is right again after so long. */
const recountMs = 24 * 3_600_000;

/** Keeps the sums of facts, in one of the service's processes at a time. */
export function startRollupJob(app: App): Task {
  const lease = keepLease({ db: app.db, name: 'rollups', log: app.log });
  const bell = createBell();
  const loop = startLoop({
    step: async () => {
      const held = lease.current();
      const isBusy = held !== null && (await keepRollups(app, held));
      if (!isBusy) await bell.wait(pollMs);
    },
    onFailure: (error, failures) =>
      app.log.warn({ error: describeError(error), failures }, 'facts not summed up'),
  });
  return {
    stop: async () => {
      bell.ring();
      await loop.stop();
      await lease.stop();
    },
  };
}

/** Counts a series that has to be, or adds what has changed. Tells whether there may be more. */
export async function keepRollups({ db, now }: App, lease: Lease): Promise<boolean> {
  const before = new Date(now().getTime() - recountMs);
  const series = await findUncounted(db.manager, allSeries, before);
  if (series) {
    await transact(db, async (manager) => {
      await assertLease(manager, lease);
      await beginSeries(manager, series);
    });
    await db.transaction('REPEATABLE READ', async (manager) => {
      const sums = await readSums(manager, series);
      await assertLease(manager, lease);
      await writeSums(manager, series, { ...sums, now: now() });
    });
    return true;
  }
  return transact(db, async (manager) => {
    await assertLease(manager, lease);
    return foldDeltas(manager);
  });
}
