import { getPriority, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { App } from '../context.ts';
import { closeCluster, openCluster, openDatabase, transact } from '../database/database.ts';
import { assertLease, LeaseLostError } from '../database/lease.ts';
import { describeError } from '../describe-error.ts';
import { onRecorded } from '../event/outbox.ts';
import { createLog } from '../log.ts';
import { startLoop } from '../loop.ts';
import type { BackgroundData } from './background.ts';
import { clusterOf } from './cluster-settings.ts';
import { readConfig, serviceSettings } from './config.ts';
import type { EntityManager } from 'typeorm';

/** Work that is done in steps, each in a transaction of its own. */
export type StepwiseWork = {
  /** Does what takes long and locks nothing, before each step. */
  readonly prepare: () => Promise<void>;
  /** Tells whether there is more to do at once. */
  readonly step: (manager: EntityManager) => Promise<boolean>;
  readonly close: () => Promise<void>;
};

type Background = {
  /** The service, as in its logs. */
  readonly name: string;
  readonly start: (app: App) => StepwiseWork;
  readonly env: NodeJS.ProcessEnv;
};

/** Enough that whoever answers a request goes first, and not so much that it never ends. */
const nicenessMore = 5;
const nicenessMax = 19;
/** How long it stays when there is nothing to do: the next file often follows soon. */
const idleMsMax = 3000;
const pollMs = 500;
/** It does one thing at a time, and needs no answer soon. */
const access = { warmConnections: 0, readPoolMax: 2, writePoolMax: 1, writeDeadlineMs: 60_000 };
const timing = { probeMs: 1000, probeTimeoutMs: 2000 };

/** What the thread of `startBackground` does. Ends when there is nothing left, or when told to. */
export async function runBackground({ name, start, env }: Background): Promise<void> {
  lowerPriority();
  const config = readConfig(serviceSettings, env);
  const log = createLog(name, config.LOG_LEVEL);
  const account = { user: config.MYSQL_USER, password: config.MYSQL_PASSWORD };
  const cluster = openCluster({ ...account, ...clusterOf(config), timing });
  const address = { cluster, ...account, schema: config.MYSQL_SCHEMA, entities: [], access };
  const db = await openDatabase(address);
  const forget = onRecorded(db, () => parentPort?.postMessage('recorded', []));
  const work = start({ db, log, now: () => new Date() });

  await workUntilIdle({ db, log, now: () => new Date() }, work);

  await work.close();
  forget();
  await db.destroy();
  closeCluster(cluster);
  parentPort?.close();
}

/** On Linux a thread has a priority of its own; elsewhere it would be that of the whole process. */
function lowerPriority(): void {
  if (process.platform !== 'linux') return;
  setPriority(Math.min(nicenessMax, getPriority() + nicenessMore));
}

const dataSchema: z.ZodType<BackgroundData> = z.object({
  lease: z.object({ name: z.string(), holder: z.string(), fence: z.number() }),
});

async function workUntilIdle({ db, log }: App, work: StepwiseWork): Promise<void> {
  const { lease } = dataSchema.parse(workerData);
  const ending = new AbortController();
  const { signal } = ending;
  parentPort?.once('message', () => ending.abort());
  let busyAt = performance.now();
  const loop = startLoop({
    step: async () => {
      await work.prepare();
      const isBusy = await transact(db, async (manager) => {
        await assertLease(manager, lease);
        return work.step(manager);
      });
      if (isBusy) busyAt = performance.now();
      else if (performance.now() - busyAt > idleMsMax) ending.abort();
      else await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    },
    onFailure: (error, failures) => {
      log.warn({ name: lease.name, error: describeError(error), failures }, 'task failed');
      if (error instanceof LeaseLostError) ending.abort();
    },
  });
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  await loop.stop();
}
