import { AppError } from '../errors.ts';

/** No timer runs longer, whatever deadline came in. */
const waitMsMax = 10 * 60_000;

export type Deadline = {
  readonly signal: AbortSignal;
  /** Gives the work's result, or fails with TIMEOUT when the deadline comes first. */
  readonly race: <Result>(work: Promise<Result>) => Promise<Result>;
  /** The caller is gone: what still runs for it should stop. */
  readonly abandon: () => void;
  /** The answer is made: the deadline no longer matters. */
  readonly release: () => void;
};

/** One error for all: nobody is there to read it. */
const callerGone = new AppError('TIMEOUT', 'The caller is gone');

/** Whether work was stopped because nobody waits for it, and not because it took too long. */
export const isCallerGone = (reason: unknown): boolean => reason === callerGone;

export function deadlineAt(epochMs: number, nowMs = Date.now()): Deadline {
  const controller = new AbortController();
  const expired = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), {
      once: true,
    });
  });
  expired.catch(() => {});

  const waitMs = Math.min(Math.max(epochMs - nowMs, 0), waitMsMax);
  const timer = setTimeout(() => controller.abort(timedOut()), waitMs);
  return {
    signal: controller.signal,
    race: (work) => Promise.race([work, expired]),
    abandon: () => controller.abort(callerGone),
    release: () => clearTimeout(timer),
  };
}

const timedOut = (): AppError => new AppError('TIMEOUT', 'The deadline of the request has passed');
