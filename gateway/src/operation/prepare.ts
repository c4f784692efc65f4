import { AppError } from '@crm/kit/errors';
import { maskError } from '@crm/kit/server/mask-errors';
import {
  getVariableValues,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type FragmentDefinitionNode,
  OperationTypeNode,
  type OperationDefinitionNode,
} from 'graphql';
import type { Graph } from '../graph/graph.ts';
import type { Variables } from './condition.ts';
import { compileCharge, type Charge } from './cost.ts';
import { checkMeasure } from './measure.ts';
import { nestingOf } from './nesting.ts';

/** A checked operation of one graph. It is made once and used by every request with the same text. */
export type Prepared = {
  readonly text: string;
  readonly name: string | null;
  readonly kind: OperationTypeNode;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Asks for nothing but the schema itself. */
  readonly isIntrospection: boolean;
  readonly charge: (variables: Variables) => Charge;
};

const textCharsMax = 100_000;
const tokensMax = 3000;
const validationErrorsMax = 3;
const nestingMax = 64;

/** Gives the operation, or throws what is wrong with it. Both are remembered. */
export function prepare(graph: Graph, text: string, name: string | null): Prepared {
  if (text.length > textCharsMax) {
    throw new AppError('TOO_COSTLY', `The document is longer than ${textCharsMax} characters`);
  }
  const key = `${name ?? ''}\n${text}`;
  const known = graph.prepared.get(key) ?? tryPrepare(graph, text, name);
  graph.prepared.set(key, known);
  if (known instanceof Error) throw known;
  return known;
}

/** The variables with their defaults, or INVALID naming the field that is wrong. */
export function coerceVariables(
  graph: Graph,
  { operation }: Prepared,
  given: Readonly<Record<string, unknown>>,
): Variables {
  const definitions = operation.variableDefinitions ?? [];
  if (definitions.length === 0) return {};
  const { coerced, errors } = getVariableValues(graph.schema, definitions, given, { maxErrors: 1 });
  if (!errors) return coerced;
  throw foreseen(errors[0], 'BAD_USER_INPUT');
}

function tryPrepare(graph: Graph, text: string, name: string | null): Prepared | Error {
  try {
    return prepareAnew(graph, text, name);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function prepareAnew(graph: Graph, text: string, name: string | null): Prepared {
  const document = parseDocument(text);
  checkMeasure(document);
  checkValid(graph, document);

  const operation = chooseOperation(document, name);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  return {
    text,
    name: operation.name?.value ?? null,
    kind: operation.operation,
    document,
    operation,
    fragments,
    isIntrospection: isIntrospection(operation),
    charge: compileCharge({ schema: graph.schema, costs: graph.costs, fragments }, operation),
  };
}

const closedRules = [...specifiedRules, NoSchemaIntrospectionCustomRule];

function checkValid({ schema, isOpen }: Graph, document: DocumentNode): void {
  const rules = isOpen ? specifiedRules : closedRules;
  const [wrong] = validate(schema, document, rules, { maxErrors: validationErrorsMax });
  if (!wrong) return;
  const error = foreseen(wrong, 'GRAPHQL_VALIDATION_FAILED');
  if (isOpen) throw error;
  throw new AppError('BAD_REQUEST', error.message.replace(/ Did you mean .*\?$/, ''));
}

function parseDocument(text: string): DocumentNode {
  if (nestingOf(text) > nestingMax) {
    throw new AppError('TOO_COSTLY', `The document is nested deeper than ${nestingMax}`);
  }
  try {
    return parse(text, { maxTokens: tokensMax });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.includes('Parsing aborted')) {
      throw new AppError('TOO_COSTLY', `The document has more than ${tokensMax} tokens`);
    }
    throw foreseen(error, 'GRAPHQL_PARSE_FAILED');
  }
}

function chooseOperation(document: DocumentNode, name: string | null): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [found, another] = name
    ? operations.filter((operation) => operation.name?.value === name)
    : operations;
  if (!found) throw new AppError('BAD_REQUEST', 'The document has no such operation');
  if (another) throw new AppError('BAD_REQUEST', 'operationName must say which operation to run');
  return found;
}

/** Only fields of the schema's own: fragments are not followed, they make it an ordinary operation. */
const isIntrospection = ({ operation, selectionSet }: OperationDefinitionNode): boolean =>
  operation === OperationTypeNode.QUERY &&
  selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
  );

/** GraphQL's own error about a request, as the error that a subgraph would give for it. */
function foreseen(error: unknown, apolloCode: string): AppError {
  if (!(error instanceof GraphQLError)) throw error;
  const { message, locations, extensions } = maskError(
    { ...error.toJSON(), extensions: { code: apolloCode } },
    error,
  );
  const { code, ...details } = extensions ?? {};
  return new AppError(code === 'INVALID' ? 'INVALID' : 'BAD_REQUEST', message, {
    ...details,
    ...(locations && { locations }),
  });
}
