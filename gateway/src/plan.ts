import { operationFromDocument } from '@apollo/federation-internals';
import { AppError } from '@crm/kit/errors';
import type { QueryPlan } from '@apollo/query-planner';
import { executeSync, GraphQLError, OperationTypeNode } from 'graphql';
import { compileRun } from './executor/compile.ts';
import type { Graph } from './graph/graph.ts';
import { isolateFields } from './isolate.ts';
import type { Prepared } from './operation/prepare.ts';
import type { Run } from './run.ts';
import { stockRun } from './run-stock.ts';
import { uncoveredFields } from './uncovered.ts';

const planned = new WeakMap<Prepared, Run>();

/** How to execute an operation. Planned at the first use, after its cost was found to be fine. */
export function runOf(graph: Graph, prepared: Prepared): Run {
  const before = planned.get(prepared);
  if (before) return before;
  const run = prepared.isIntrospection
    ? introspectionRun(graph, prepared)
    : plannedRun(graph, prepared);
  planned.set(prepared, run);
  return run;
}

export function plannedRun(graph: Graph, prepared: Prepared, execute = fastestRun): Run {
  const names = graph.requiredWithArguments;
  const isolated = names.size > 0 ? isolateFields(prepared, names) : undefined;
  if (isolated) {
    const run = execute(graph, isolated.prepared, planOf(graph, isolated.prepared));
    return isolated.restore(run);
  }
  return execute(graph, prepared, planOf(graph, prepared));
}

const fastestRun = (graph: Graph, prepared: Prepared, plan: QueryPlan): Run =>
  compileRun(graph, prepared, plan) ?? stockRun(graph, prepared, plan);

export function planOf(graph: Graph, prepared: Prepared): QueryPlan {
  const { document, name, kind } = prepared;
  if (kind === OperationTypeNode.SUBSCRIPTION) {
    throw new AppError('BAD_REQUEST', 'A subscription needs a WebSocket');
  }
  try {
    const operation = operationFromDocument(graph.apiSchema, document, {
      ...(name !== null && { operationName: name }),
    });
    return checkCovered(prepared, graph.planner.buildQueryPlan(operation));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new AppError('TOO_COSTLY', 'The operation is too complex to plan', { cause: error });
  }
}

function checkCovered({ operation }: Prepared, plan: QueryPlan): QueryPlan {
  if (plan.node?.kind === 'Subscription') return plan;
  const [field] = uncoveredFields(operation, plan.node);
  if (field === undefined) return plan;
  throw new AppError('BAD_REQUEST', `No service can answer what is asked of the field ${field}`);
}

const introspectionRun =
  ({ schema }: Graph, { document, name }: Prepared): Run =>
  async (variableValues) => {
    const { data, errors } = executeSync({
      schema,
      document,
      variableValues,
      operationName: name,
    });
    if (errors) throw new AggregateError(errors, 'Introspection failed');
    return { data: data ?? null, errors: [] };
  };
