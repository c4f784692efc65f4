import { AppError } from '@crm/kit/errors';
import { isRecord } from '../is-record.ts';
import type { SubgraphError } from '../subgraphs/answer.ts';

/** What a service says of the filter is for the client; anything else may pass. */
export function readFailure(error: SubgraphError | undefined, otherwise: string): Error {
  const code = isRecord(error?.['extensions']) ? error['extensions']['code'] : undefined;
  if (code === 'INVALID' || code === 'FORBIDDEN') {
    return new AppError(code, String(error?.['message']).slice(0, 1000));
  }
  return new Error(otherwise);
}

const passing: readonly string[] = ['SERVICE_UNAVAILABLE', 'TIMEOUT'];

/** What no other attempt would change; null for what may go well another time. */
export const refusalOf = (error: unknown): AppError | null =>
  error instanceof AppError && !passing.includes(error.extensions.code) ? error : null;
