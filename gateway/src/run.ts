import type { GraphQLFormattedError } from 'graphql';
import type { OnBug } from './client-error.ts';
import type { Variables } from './operation/condition.ts';
import type { SubgraphAnswer } from './subgraphs/answer.ts';
import type { SubgraphCall } from './subgraphs/client.ts';

export type RunResult = {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly GraphQLFormattedError[];
};

/** What an execution may do, bound to the client's request. */
export type RunRequest = {
  readonly call: (call: SubgraphCall) => Promise<SubgraphAnswer>;
  readonly onBug: OnBug;
};

/** Executes one operation. */
export type Run = (variables: Variables, request: RunRequest) => Promise<RunResult>;
