import { AppError } from '@crm/kit/errors';
import { isPublicCode } from '@crm/kit/mask-errors';
import type { GraphQLFormattedError } from 'graphql';
import { isRecord } from './is-record.ts';
import type { SubgraphError } from './subgraphs/answer.ts';

export type ErrorPath = readonly (string | number)[];

/** Codes by which a subgraph says that the gateway did something wrong, not the client. */
const ownFaults: readonly string[] = ['BAD_REQUEST', 'UNAUTHENTICATED'];

/** What the client reads of an error that a subgraph sent. */
export function fromSubgraph(
  service: string,
  error: SubgraphError,
  path: ErrorPath | undefined,
): GraphQLFormattedError {
  const extensions = isRecord(error['extensions']) ? error['extensions'] : {};
  const { code } = extensions;
  if (!isPublicCode(code) || ownFaults.includes(code)) return internalError(service, path);
  return {
    message: String(error['message']),
    ...(path && { path }),
    extensions: { ...extensions, service },
  };
}

/** What the client reads when a call failed, or when the gateway itself did. */
export function fromThrown(
  service: string,
  error: unknown,
  path: ErrorPath | undefined,
): GraphQLFormattedError {
  if (!(error instanceof AppError)) return internalError(service, path);
  return { message: error.message, ...(path && { path }), extensions: { ...error.extensions } };
}

export const internalError = (
  service: string | undefined,
  path: ErrorPath | undefined,
): GraphQLFormattedError => ({
  message: 'Internal error',
  ...(path && { path }),
  extensions: { code: 'INTERNAL', ...(service && { service }) },
});
