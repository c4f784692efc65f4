import { errorNumber, haErrorIn } from './errors.ts';
import { waitEnd } from './scope.ts';
import { now, sleep } from './time.ts';

export type RetryOptions = {
  readonly attempts?: number;
  /** Called before each further attempt. */
  readonly onRetry?: (error: unknown, attempt: number) => void;
};

const pauseMsMin = 50;
const pauseMsMax = 500;

/**
 * Runs a whole unit of work again when it is certain that it did not commit. The work must do
 * nothing outside its transaction that may not happen twice.
 */
export async function withRetry<Value>(
  work: () => Promise<Value>,
  { attempts = 5, onRetry }: RetryOptions = {},
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const pauseMs = Math.min(pauseMsMin * 2 ** attempt, pauseMsMax) * (0.5 + Math.random());
      if (attempt >= attempts || !mayRepeat(error, pauseMs)) throw error;
      onRetry?.(error, attempt);
      await sleep(pauseMs);
    }
  }
}

/** Nobody waits for what would begin after the deadline. */
const mayRepeat = (error: unknown, pauseMs: number): boolean =>
  isRetryable(error) && now() + pauseMs < waitEnd();

/** The victim of a deadlock (1213), and one that waited too long for a lock (1205). */
const undoneNumbers: ReadonlySet<unknown> = new Set([1213, 1205]);

/** Whether the unit of work certainly left nothing behind and may well succeed when run again. */
export function isRetryable(error: unknown): boolean {
  const known = haErrorIn(error);
  if (known) return known.isRetryable;
  const cause = typeof error === 'object' && error !== null && 'driverError' in error;
  return undoneNumbers.has(errorNumber(cause ? error.driverError : error));
}
