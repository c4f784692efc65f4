import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from './log-file.ts';
import type { Home } from './paths.ts';
import { endProcess } from './pid.ts';
import { say, UserError } from './say.ts';
import { type Command, startProcess } from './spawn.ts';
import { sleep, until } from './wait.ts';

const backoffMsMin = 250;
const backoffMsMax = 10_000;
/** A process that ran this long had nothing wrong with its start. */
const steadyMs = 30_000;

/** What the supervisor must know to keep a process running. */
export type Plan = Command & {
  readonly isReady: () => Promise<boolean>;
  readonly readyMsMax: number;
  /** How long it may take to end by itself when asked to. */
  readonly graceMs: number;
};

export type Supervised = {
  readonly name: string;
  /** Rejects when the first run ends, or takes too long, before it is ready. */
  readonly ready: Promise<void>;
  readonly stop: () => Promise<void>;
};

type Run = { readonly child: ChildProcess; readonly ended: Promise<string> };

/**
 * Starts a process and, once it was ready, keeps it running until it is stopped: after a crash it
 * returns with a growing delay, after `kill` only when somebody asks for it.
 */
export function supervise(home: Home, plan: Plan): Supervised {
  const stopping = new AbortController();
  let run = begin(home, plan);
  const ready = requireReady(home, plan, run);
  const kept = keepRunning({
    plan,
    home,
    stop: stopping.signal,
    first: { run, ready },
    restart: () => (run = begin(home, plan)),
  });
  return {
    name: plan.name,
    ready,
    stop: async () => {
      stopping.abort();
      await end(run, plan);
      await kept;
    },
  };
}

async function requireReady(home: Home, plan: Plan, run: Run): Promise<void> {
  const outcome = await readyOrEnded(plan, run);
  if (outcome === true) return;
  const problem = outcome === false ? `was not ready after ${plan.readyMsMax / 1000} s` : outcome;
  throw new UserError(`${plan.name} ${problem}\n\n${lastLines(home, plan.name)}`);
}

type Keep = {
  readonly plan: Plan;
  readonly home: Home;
  readonly stop: AbortSignal;
  readonly first: { readonly run: Run; readonly ready: Promise<void> };
  readonly restart: () => Run;
};

async function keepRunning({ plan, home, stop, first, restart }: Keep): Promise<void> {
  const started = await first.ready.then(
    () => true,
    () => false,
  );
  if (!started) return;

  let { run } = first;
  let backoffMs = 0;
  let startedAt = performance.now();
  for (;;) {
    const how = await run.ended;
    if (stop.aborted) return;
    say(`${plan.name} ${how}`);

    backoffMs = nextBackoff(backoffMs, performance.now() - startedAt);
    await pause(backoffMs, stop);
    while (isKeptDown(home, plan.name) && !stop.aborted) await pause(100, stop);
    if (stop.aborted) return;

    startedAt = performance.now();
    run = restart();
    void welcome(plan, run);
  }
}

/** Nothing after a long steady run, so that a release costs no time; more after each quick death. */
export function nextBackoff(lastMs: number, ranMs: number): number {
  if (ranMs >= steadyMs) return 0;
  return Math.min(Math.max(lastMs * 2, backoffMsMin), backoffMsMax);
}

/** Kept down by `mesh kill` until `mesh start`. */
export const downFile = (home: Home, name: string): string => join(home.run, `${name}.down`);

export const isKeptDown = (home: Home, name: string): boolean => existsSync(downFile(home, name));

function begin(home: Home, plan: Plan): Run {
  const child = startProcess(home, plan);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `ended with status ${code}` : `ended by ${signal}`),
    );
  });
  return { child, ended };
}

/** True when ready, false when it took too long, else how it ended. */
async function readyOrEnded(plan: Plan, { ended }: Run): Promise<boolean | string> {
  const enough = new AbortController();
  const ready = until(plan.isReady, { forMs: plan.readyMsMax, signal: enough.signal });
  const outcome = await Promise.race([ready, ended]);
  enough.abort();
  return outcome;
}

async function welcome(plan: Plan, run: Run): Promise<void> {
  if ((await readyOrEnded(plan, run)) === true) say(`${plan.name} is back`);
}

async function end({ child, ended }: Run, { graceMs }: Plan): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await endProcess(child.pid, graceMs);
  await ended;
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
}
