import { buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { createClientErrors, type ClientErrors, type ErrorPath } from './client-error.ts';
import type { Graph } from './graph/graph.ts';
import { isRecord } from './is-record.ts';
import type { Variables } from './operation/condition.ts';
import type { Prepared } from './operation/prepare.ts';
import type { Run, RunRequest } from './run.ts';

type Call = RunRequest['call'];
type StockRequest = Parameters<typeof executeQueryPlan>[2];
type SchemaHash = StockRequest['schemaHash'];

/** Executes a plan with Apollo's own executor, which knows every kind of plan. */
export function stockRun(graph: Graph, prepared: Prepared, plan: QueryPlan): Run {
  const context = buildOperationContext({
    schema: graph.schema,
    operationDocument: prepared.document,
    ...(prepared.name !== null && { operationName: prepared.name }),
  });
  return async (variables, { call, onBug }) => {
    const told = createClientErrors(onBug);
    const sources = Object.fromEntries(
      graph.subgraphs.map((service) => [service, sourceOf(service, call, told)]),
    );
    const { data, errors, extensions } = await executeQueryPlan(
      plan,
      sources,
      requestOf(graph, prepared, variables),
      context,
      graph.supergraphSchema,
      graph.apiSchema,
    );
    for (const error of errors ?? []) tell(told, error);
    if (told.list.length === 0) tellMisfits(told, extensions);
    return { data: data ?? null, errors: told.list };
  };
}

/** A call that failed is noted here: what is thrown out of a source loses where it was. */
function sourceOf(service: string, call: Call, told: ClientErrors): GraphQLDataSource {
  return {
    process: async (options) => {
      const { query = '', operationName, variables } = options.request;
      const body = JSON.stringify({ query, operationName, variables });
      const at = 'pathInIncomingRequest' in options ? options.pathInIncomingRequest : undefined;
      try {
        const { data, errors } = await call({
          service,
          body,
          isQuery: !query.startsWith('mutation'),
        });
        return { data, ...(errors.length > 0 && { errors: errors.map(textOf) }) };
      } catch (error) {
        told.thrown(service, error, untilList(at));
        return { data: null };
      }
    },
  };
}

const textOf = (error: Readonly<Record<string, unknown>>): GraphQLFormattedError => ({
  message: String(error['message']),
  ...(Array.isArray(error['path']) && { path: error['path'] }),
  ...(isRecord(error['extensions']) && { extensions: error['extensions'] }),
});

function tell(told: ClientErrors, error: unknown): void {
  if (!(error instanceof GraphQLError)) return told.thrown('', error, undefined);
  const { serviceName, ...extensions } = error.extensions;
  const path = untilList(error.path);
  if (typeof serviceName !== 'string') return told.thrown('', error, path);
  return told.sent(serviceName, { message: error.message, extensions }, path);
}

/** A plan writes `@` for each element of a list, which is no path that a client could follow. */
function untilList(path: ErrorPath | undefined): ErrorPath | undefined {
  if (!path) return undefined;
  const end = path.indexOf('@');
  return end < 0 ? path : path.slice(0, end);
}

/** Null where the schema allows none, and no error that explains it: a subgraph's mistake. */
function tellMisfits(told: ClientErrors, extensions: unknown): void {
  if (!isRecord(extensions) || !Array.isArray(extensions['valueCompletion'])) return;
  for (const error of extensions['valueCompletion']) {
    told.misfit(error instanceof GraphQLError ? error.path : undefined);
  }
}

const requestOf = (graph: Graph, prepared: Prepared, variables: Variables): StockRequest => ({
  request: { query: prepared.text, variables: { ...variables } },
  logger: quiet,
  schema: graph.schema,
  schemaHash: schemaHashOf(graph.hash),
  context: {},
  cache: nothing,
  queryHash: '',
  document: prepared.document,
  source: prepared.text,
  operationName: prepared.name,
  operation: prepared.operation,
  metrics: {},
  overallCachePolicy: undefined,
});

const ignore = (): void => {};
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const nothing = {
  get: async () => undefined,
  set: async () => {},
  delete: async () => true,
};

function schemaHashOf(text: string): SchemaHash {
  if (isSchemaHash(text)) return text;
  throw new Error('unreachable');
}

/** Apollo marks the type so that nobody reads the text; nothing else is asked of it. */
const isSchemaHash = (text: string): text is SchemaHash => text !== '';
