import type { ConditionNode, PlanNode } from '@apollo/query-planner';
import { AppError } from '@crm/kit/errors';
import {
  executeSync,
  isRequiredArgument,
  Kind,
  parse,
  visit,
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { createClientErrors, type OnBug } from '../client-error.ts';
import { compileShape } from '../executor/shape.ts';
import { compileSteps } from '../executor/steps.ts';
import { Unsupported } from '../executor/unsupported.ts';
import type { Data, Work } from '../executor/work.ts';
import type { Graph } from '../graph/graph.ts';
import { isRecord } from '../is-record.ts';
import type { Variables } from '../operation/condition.ts';
import type { Prepared } from '../operation/prepare.ts';
import { subscriptionPlanOf } from '../plan.ts';
import type { RunRequest, RunResult } from '../run.ts';

/** Answers a subscription's selection for many changes at once, one result for each. */
export type RunChanges = (
  sources: readonly object[],
  variables: Variables,
  request: RunRequest,
) => Promise<readonly RunResult[]>;

const compiled = new WeakMap<Prepared, RunChanges>();

/** Compiled at the first use. Throws BAD_REQUEST for a selection that cannot be followed. */
export function runChangesOf(graph: Graph, prepared: Prepared): RunChanges {
  const before = compiled.get(prepared);
  if (before) return before;
  try {
    const run = compile(graph, prepared);
    compiled.set(prepared, run);
    return run;
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    throw new AppError('BAD_REQUEST', `Changes cannot be followed with ${error.message}`);
  }
}

/**
 * The planner's `primary` is what the event itself holds and `rest` what services are asked for. All
 * changes of a batch lie in one list, so that each service is asked once for the whole batch.
 */
function compile(graph: Graph, prepared: Prepared): RunChanges {
  const field = rootFieldOf(prepared.operation);
  const key = field.alias?.value ?? field.name.value;
  const { primary, rest } = subscriptionPlanOf(graph, prepared);
  if (!graph.eventsSchema) throw new Unsupported('this graph');
  const seed = compileSeed(graph.eventsSchema, parse(primary.operation));
  const steps = rest && compileSteps(inEach(rest, key), graph.supergraphSchema);
  const shape = compileShape(
    { schema: graph.schema, fragments: prepared.fragments },
    prepared.operation,
  );

  return async (sources, variables, { call, onBug }) => {
    const seeds = sources.map((source) => seed(source, variables)[key]);
    const work: Work = {
      variables,
      call,
      data: { [key]: seeds },
      errors: createClientErrors(onBug),
    };
    await steps?.(work);
    return seeds.map((value, index) => {
      const errors = errorsOf(work.errors.list, index);
      const { data, misfits } = shape({ [key]: value }, variables);
      if (errors.length > 0) return { data, errors };
      return { data, errors: misfitErrors(misfits, onBug) };
    });
  };
}

function rootFieldOf({ selectionSet }: OperationDefinitionNode): FieldNode {
  const [field] = selectionSet.selections;
  if (field?.kind === Kind.FIELD && !field.directives?.length) return field;
  throw new Unsupported('a fragment or a directive around the root field');
}

type Seed = (source: object, variables: Variables) => Data;

/** The root field's arguments are read once, when the subscription starts, and not for each change. */
function compileSeed(schema: GraphQLSchema, document: DocumentNode): Seed {
  const [definition] = document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Unsupported('this operation');
  const root = rootFieldOf(definition);
  const bare = withoutArguments(document, { root, given: requiredArguments(schema, root) });
  return (source, variableValues) => {
    const { data, errors } = executeSync({
      schema,
      document: bare,
      rootValue: { [root.name.value]: source },
      variableValues,
    });
    if (errors) throw new AggregateError(errors, 'A change does not fit its schema');
    return data && isRecord(data) ? data : {};
  };
}

/** What must be given is given as an empty text: the source is there already. */
const requiredArguments = (schema: GraphQLSchema, { name }: FieldNode): ArgumentNode[] =>
  (schema.getSubscriptionType()?.getFields()[name.value]?.args ?? [])
    .filter(isRequiredArgument)
    .map((argument) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument.name },
      value: { kind: Kind.STRING, value: '' },
    }));

type Bare = { readonly root: FieldNode; readonly given: readonly ArgumentNode[] };

function withoutArguments(document: DocumentNode, { root, given }: Bare): DocumentNode {
  const used = variablesIn(document, root);
  return visit(document, {
    [Kind.FIELD]: (node) => (node === root ? { ...node, arguments: given } : undefined),
    [Kind.VARIABLE_DEFINITION]: ({ variable }) =>
      used.has(variable.name.value) ? undefined : null,
  });
}

/** Variables on which the answer depends: not those of the root field's own arguments. */
export function selectionVariables(prepared: Prepared): readonly string[] {
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [prepared.operation, ...prepared.fragments.values()],
  };
  return [...variablesIn(document, rootFieldOf(prepared.operation))].toSorted();
}

function variablesIn(document: DocumentNode, root: FieldNode): ReadonlySet<string> {
  const used = new Set<string>();
  const own = new Set<unknown>(root.arguments ?? []);
  visit(document, {
    [Kind.VARIABLE_DEFINITION]: () => false,
    [Kind.ARGUMENT]: (node) => (own.has(node) ? false : undefined),
    [Kind.VARIABLE]: ({ name }) => void used.add(name.value),
  });
  return used;
}

/** What the plan does for the root field's object is done for each element of a list there. */
function inEach(node: PlanNode, key: string): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => inEach(child, key)) };
    case 'Flatten':
      if (node.path[0] !== key) break;
      return { ...node, path: [key, '@', ...node.path.slice(1)] };
    case 'Condition':
      return conditionInEach(node, key);
    case 'Fetch':
    case 'Defer':
      break;
  }
  throw new Unsupported('this selection');
}

const conditionInEach = (
  { ifClause, elseClause, ...node }: ConditionNode,
  key: string,
): ConditionNode => ({
  ...node,
  ...(ifClause && { ifClause: inEach(ifClause, key) }),
  ...(elseClause && { elseClause: inEach(elseClause, key) }),
});

/** Those of one change, or of all, with the paths that the client knows. */
function errorsOf(
  list: readonly GraphQLFormattedError[],
  index: number,
): readonly GraphQLFormattedError[] {
  return list.flatMap((error) => {
    const [key, at, ...rest] = error.path ?? [];
    if (key === undefined || typeof at !== 'number') return [error];
    return at === index ? [{ ...error, path: [key, ...rest] }] : [];
  });
}

function misfitErrors(
  misfits: readonly (readonly (string | number)[])[],
  onBug: OnBug,
): readonly GraphQLFormattedError[] {
  if (misfits.length === 0) return [];
  const told = createClientErrors(onBug);
  for (const path of misfits) told.misfit(path);
  return told.list;
}
