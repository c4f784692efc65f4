import { errorNumber, haErrorIn } from './errors.ts';
import { sleep } from './time.ts';

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
      if (attempt >= attempts || !isRetryable(error)) throw error;
      onRetry?.(error, attempt);
      const pauseMs = Math.min(pauseMsMin * 2 ** attempt, pauseMsMax);
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }
}

const deadlock = 1213;

/** Whether the unit of work certainly left nothing behind and may well succeed when run again. */
export function isRetryable(error: unknown): boolean {
  const known = haErrorIn(error);
  if (known) return known.isRetryable;
  const cause = typeof error === 'object' && error !== null && 'driverError' in error;
  return errorNumber(cause ? error.driverError : error) === deadlock;
}
