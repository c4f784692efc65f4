import { AppError } from '@crm/kit/errors';
import type { GraphQLFormattedError } from 'graphql';
import type { OnBug } from './client-error.ts';
import type { ClientRequest } from './client-request.ts';
import type { Graph } from './graph/graph.ts';
import type { AskedOperation } from './http/read-operation.ts';
import { laneLimits } from './lanes.ts';
import type { Variables } from './operation/condition.ts';
import { coerceVariables, prepare, type Prepared } from './operation/prepare.ts';
import { runOf } from './plan.ts';
import type { RunResult } from './run.ts';
import type { CallSubgraph } from './subgraphs/client.ts';

export type Checked = {
  readonly graph: Graph;
  readonly prepared: Prepared;
  readonly variables: Variables;
  readonly cost: number;
};

export type Answered = {
  readonly data: RunResult['data'];
  readonly errors: readonly GraphQLFormattedError[];
  readonly extensions: Readonly<Record<string, unknown>>;
};

export type Execution = { readonly call: CallSubgraph; readonly onBug: OnBug };

/** Everything that is checked before a plan is made. Throws what is wrong. */
export function checkOperation(
  graph: Graph,
  asked: AskedOperation,
  lane: ClientRequest['lane'],
): Checked {
  const prepared = prepare(graph, asked.query, asked.operationName);
  const variables = coerceVariables(graph, prepared, asked.variables);
  const { cost, page } = prepared.charge(variables);
  const { costMax, pageMax } = laneLimits[lane];
  if (page.size > pageMax) {
    throw new AppError(
      'TOO_COSTLY',
      `${page.path} asks for ${page.size} at once, at most ${pageMax}`,
      {
        limit: { name: 'page', max: pageMax },
      },
    );
  }
  if (cost > costMax) {
    throw new AppError('TOO_COSTLY', `The operation costs ${cost}, at most ${costMax}`, {
      cost: { requested: cost, max: costMax, lane },
      limit: { name: 'cost', max: costMax },
    });
  }
  return { graph, prepared, variables, cost };
}

/** Executes what was checked. A subgraph that fails costs its own fields only. */
export async function answerOperation(
  { graph, prepared, variables, cost }: Checked,
  request: ClientRequest,
  { call, onBug }: Execution,
): Promise<Answered> {
  const run = runOf(graph, prepared);
  const { data, errors } = await run(variables, { call: (asked) => call(asked, request), onBug });
  const consistency = request.consistency.shown();
  const { costMax } = laneLimits[request.lane];
  const withheld = [...(request.withheld ?? [])].map(([field, reason]) => ({ field, reason }));
  return {
    data,
    errors,
    extensions: {
      cost: { requested: cost, max: costMax, lane: request.lane },
      ...(consistency !== null && { consistency }),
      ...(withheld.length > 0 && { withheld }),
    },
  };
}
