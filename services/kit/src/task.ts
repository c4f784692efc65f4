import type { App } from './context.ts';
import { transact } from './database/database.ts';
import { assertLease, keepLease } from './database/lease.ts';
import { describeError } from './describe-error.ts';
import { createBell } from './event/bell.ts';
import { startLoop } from './loop.ts';
import type { EntityManager } from 'typeorm';

export type Task = { readonly stop: () => Promise<void> };

type TaskOptions = {
  /** Names the lease. */
  readonly name: string;
  readonly pollMs: number;
  /** A part of the work, in a transaction of its own. Tells whether there is more to do at once. */
  readonly step: (manager: EntityManager) => Promise<boolean>;
};

/** Does work that goes on beside requests, in one of the service's processes at a time. */
export function startTask(app: App, { name, pollMs, step }: TaskOptions): Task {
  const lease = keepLease({ db: app.db, name, log: app.log });
  const bell = createBell();
  const loop = startLoop({
    step: async () => {
      const held = lease.current();
      const isBusy =
        held !== null &&
        (await transact(app.db, async (manager) => {
          await assertLease(manager, held);
          return step(manager);
        }));
      if (!isBusy) await bell.wait(held === null ? Math.min(pollMs, 1000) : pollMs);
    },
    onFailure: (error, failures) =>
      app.log.warn({ name, error: describeError(error), failures }, 'task failed'),
  });
  return {
    stop: async () => {
      bell.ring();
      await loop.stop();
      await lease.stop();
    },
  };
}
