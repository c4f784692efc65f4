import type { GraphQLFormattedError } from 'graphql';
import type { Variables } from './operation/condition.ts';
import type { SubgraphAnswer } from './subgraphs/answer.ts';
import type { SubgraphCall } from './subgraphs/client.ts';

export type RunResult = {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly GraphQLFormattedError[];
};

/** Executes one operation. `call` is bound to the client's request. */
export type Run = (
  variables: Variables,
  call: (call: SubgraphCall) => Promise<SubgraphAnswer>,
) => Promise<RunResult>;
