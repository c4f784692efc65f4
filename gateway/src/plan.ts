import { operationFromDocument } from '@apollo/federation-internals';
import { AppError } from '@crm/kit/errors';
import type { QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { executeSync, GraphQLError, OperationTypeNode } from 'graphql';
import { compileRun } from './executor/compile.ts';
import { Unsupported } from './executor/unsupported.ts';
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

function plannedRun(graph: Graph, prepared: Prepared, execute = fastestRun): Run {
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
  if (prepared.kind === OperationTypeNode.SUBSCRIPTION) {
    throw new AppError('BAD_REQUEST', 'A subscription needs a WebSocket');
  }
  return buildPlan(graph, prepared);
}

/** What of a subscription comes from the event, and what is asked of services for each. */
export function subscriptionPlanOf(graph: Graph, prepared: Prepared): SubscriptionNode {
  if (
    graph.requiredWithArguments.size > 0 &&
    isolateFields(prepared, graph.requiredWithArguments)
  ) {
    throw new Unsupported('a field that @requires asks for with arguments');
  }
  const { node } = buildPlan(graph, prepared);
  if (node?.kind === 'Subscription') return node;
  throw new Unsupported('this operation');
}

function buildPlan(graph: Graph, prepared: Prepared): QueryPlan {
  const { document, name } = prepared;
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
