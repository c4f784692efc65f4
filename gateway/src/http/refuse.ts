import type { ServerResponse } from 'node:http';
import { AppError } from '@crm/kit/errors';
import { send } from '@crm/kit/server/http';
import { failure } from '@crm/kit/server/mask-errors';

/** Answers with what the client may know of an error, and when to come again. */
export function refuse(response: ServerResponse, error: unknown): void {
  const retryAfterMs = error instanceof AppError ? error.extensions.retryAfterMs : undefined;
  const headers =
    retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  send(response, { ...failure(error), headers });
}
