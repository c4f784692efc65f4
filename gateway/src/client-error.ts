import { AppError } from '@crm/kit/errors';
import { isPublicCode } from '@crm/kit/server/mask-errors';
import type { GraphQLFormattedError } from 'graphql';
import { isRecord } from './is-record.ts';
import type { SubgraphError } from './subgraphs/answer.ts';

export type ErrorPath = readonly (string | number)[];

export type OnBug = (service: string | undefined, error: unknown) => void;

/** The errors of one answer. What is masked for the client is told to `onBug`. */
export type ClientErrors = {
  readonly list: GraphQLFormattedError[];
  /** A subgraph sent it. */
  readonly sent: (service: string, error: SubgraphError, path: ErrorPath | undefined) => void;
  /** A call failed, or its answer was not what was asked for. */
  readonly thrown: (service: string, error: unknown, path: ErrorPath | undefined) => void;
  /** A value that the schema does not allow, without an error that explains it. */
  readonly misfit: (path: ErrorPath | undefined) => void;
};

/** Codes by which a subgraph says that the gateway did something wrong, not the client. */
const ownFaults: readonly string[] = ['BAD_REQUEST', 'UNAUTHENTICATED'];

export function createClientErrors(onBug: OnBug): ClientErrors {
  const list: GraphQLFormattedError[] = [];
  return {
    list,
    sent: (service, error, path) => {
      const extensions = isRecord(error['extensions']) ? error['extensions'] : {};
      const { code } = extensions;
      if (isPublicCode(code) && !ownFaults.includes(code)) {
        list.push(formatted(String(error['message']), path, { ...extensions, service }));
        return;
      }
      onBug(service, new Error(`${String(code)}: ${String(error['message'])}`));
      list.push(formatted('Internal error', path, { code: 'INTERNAL', service }));
    },
    thrown: (service, error, path) => {
      if (error instanceof AppError) {
        list.push(formatted(error.message, path, { ...error.extensions }));
        return;
      }
      onBug(service, error);
      list.push(formatted('Internal error', path, { code: 'INTERNAL', service }));
    },
    misfit: (path) => {
      onBug(undefined, new Error(`A value does not fit the schema at ${path?.join('.')}`));
      list.push(formatted('Internal error', path, { code: 'INTERNAL' }));
    },
  };
}

const formatted = (
  message: string,
  path: ErrorPath | undefined,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLFormattedError => ({ message, ...(path && { path }), extensions });
