import { listenedVariable } from './say.ts';

const parentEveryMs = 500;

/**
 * Resolves when this process is asked to end: Ctrl-C, TERM, its terminal has gone, or npm, which was
 * to pass such a signal on, was killed.
 */
export function untilStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve());
    }
    if (runsUnderNpm()) watchParent(resolve);
  });
}

/** A detached supervisor has the variable too, but outlives the command on purpose. */
const runsUnderNpm = (): boolean =>
  process.env['npm_lifecycle_event'] !== undefined && process.env[listenedVariable] === undefined;

function watchParent(gone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) gone();
  }, parentEveryMs);
  timer.unref();
}
