import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { App } from '../context.ts';
import { keepLease, type Lease } from '../database/lease.ts';
import { describeError } from '../describe-error.ts';
import { createBell } from '../event/bell.ts';
import { startLoop } from '../loop.ts';
import type { Task } from '../task.ts';

type BackgroundOptions = {
  /** Names the lease. */
  readonly name: string;
  /** What the thread runs, which ends when there is nothing left: `runBackground`. */
  readonly program: URL;
  readonly hasWork: (app: App) => Promise<boolean>;
  /** Called after each commit of the thread that has recorded events. */
  readonly onRecorded: () => void;
};

/** What the thread is given to begin with. */
export type BackgroundData = { readonly lease: Lease };

const pollMs = 1000;
const stopMsMax = 10_000;
/** How long after a thread that died the next one begins, when several die in a row. */
const restMsMax = 60_000;

/**
 * The heap of the thread. What it has read and not yet stored is little; without a bound what it is
 * done with would lie there until the process is as large as it may be.
 */
const resourceLimits = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 24 };

/**
 * Does long work in a thread of its own, in one of the service's processes at a time, and only while
 * there is any. Requests never wait until a part of it is done. The thread sees itself when it has
 * lost the lease: a step that takes long keeps the lease from being renewed, and from being taken.
 */
export function startBackground(app: App, options: BackgroundOptions): Task {
  const { name, hasWork } = options;
  const lease = keepLease({ db: app.db, name, log: app.log });
  const bell = createBell();
  let thread: Thread | null = null;
  let deaths = 0;
  let restsUntil = 0;

  const begin = (held: Lease): Thread => {
    const begun = startThread(options, held);
    void begun.ended.then((error) => {
      if (thread === begun) thread = null;
      deaths = error === null ? 0 : deaths + 1;
      if (error === null) return;
      app.log.warn({ name, error: describeError(error) }, 'background thread died');
      restsUntil = performance.now() + Math.min(restMsMax, pollMs * 2 ** deaths);
    });
    return begun;
  };
  const step = async (): Promise<void> => {
    const held = lease.current();
    if (held && !thread && performance.now() >= restsUntil && (await hasWork(app))) {
      thread = begin(held);
    }
    await bell.wait(pollMs);
  };
  const loop = startLoop({
    step,
    onFailure: (error, failures) =>
      app.log.warn({ name, error: describeError(error), failures }, 'background work failed'),
  });

  return {
    stop: async () => {
      bell.ring();
      await loop.stop();
      await thread?.stop();
      await lease.stop();
    },
  };
}

type Thread = {
  /** Gives what it died of, or null when it ended by itself or was told to. */
  readonly ended: Promise<unknown>;
  /** Ends it after the step at hand. */
  readonly stop: () => Promise<void>;
};

function startThread({ program, onRecorded }: BackgroundOptions, lease: Lease): Thread {
  const data: BackgroundData = { lease };
  const worker = new Worker(program, { workerData: data, resourceLimits });
  let death: unknown = null;
  worker.on('message', onRecorded);
  worker.on('error', (error) => {
    death = error;
  });
  const ended = new Promise<unknown>((resolve) => worker.once('exit', () => resolve(death)));
  return {
    ended,
    stop: async () => {
      worker.postMessage('stop', []);
      await Promise.race([ended, sleep(stopMsMax, undefined, { ref: false })]);
      await worker.terminate();
    },
  };
}
