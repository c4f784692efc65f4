import { haErrorIn } from '../data-source/errors.ts';
import { AppError } from '../errors.ts';

/** What the caller may know of a failure of the cluster, or null when it is another failure. */
export function asAppError(error: unknown): AppError | null {
  const failure = haErrorIn(error);
  if (!failure) return null;
  if (failure.code === 'HA_ABORTED' || failure.code === 'HA_DEADLINE') {
    return new AppError('TIMEOUT', 'The request took too long', { cause: error });
  }
  const { outcome, retryAfterMs } = failure;
  if (failure.code === 'HA_STORAGE_FULL') {
    const message = 'The database has no room for this change. Reading goes on';
    return new AppError('STORAGE_FULL', message, { retryAfterMs, outcome, cause: error });
  }
  const message =
    outcome === 'unknown'
      ? 'The change may or may not have been made: repeat it with the same clientMutationId'
      : 'The database cannot be reached now';
  return new AppError('SERVICE_UNAVAILABLE', message, { retryAfterMs, outcome, cause: error });
}
