import { Kind, visit, type DocumentNode, type FieldNode } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { isRecord } from './is-record.ts';
import type { Prepared } from './operation/prepare.ts';
import type { Run } from './run.ts';

/**
 * The planner takes a client's `comments(limit: 1)` for the `comments(limit: 3)` that a subgraph
 * requires, and answers either with the values of the other. So the client's fields of such names
 * are planned under keys of their own, and get their keys back in the answer.
 */
export type Isolated = {
  readonly prepared: Prepared;
  readonly restore: (run: Run) => Run;
};

export function isolateFields(
  prepared: Prepared,
  names: ReadonlySet<string>,
): Isolated | undefined {
  const prefix = unusedPrefix(prepared.text);
  let count = 0;
  const document: DocumentNode = visit(prepared.document, {
    [Kind.FIELD]: (node) => {
      if (!names.has(node.name.value)) return undefined;
      count += 1;
      return withAlias(node, `${prefix}${node.alias?.value ?? node.name.value}`);
    },
  });
  if (count === 0) return undefined;
  return {
    prepared: withDocument(prepared, document),
    restore: (run) => async (variables, request) => {
      const { data, errors } = await run(variables, request);
      return {
        data: data && restoreKeys(data, prefix),
        errors: errors.map((error) => restorePath(error, prefix)),
      };
    },
  };
}

const withAlias = (node: FieldNode, value: string): FieldNode => ({
  ...node,
  alias: { kind: Kind.NAME, value },
});

function withDocument(prepared: Prepared, document: DocumentNode): Prepared {
  const fragments = new Map(prepared.fragments);
  let { operation } = prepared;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition);
    const isSame =
      definition.kind === Kind.OPERATION_DEFINITION &&
      (definition.name?.value ?? null) === prepared.name;
    if (isSame) operation = definition;
  }
  return { ...prepared, document, operation, fragments };
}

function unusedPrefix(text: string): string {
  let prefix = 'own_';
  while (text.includes(prefix)) prefix = `${prefix}_`;
  return prefix;
}

const restoreKeys = (
  data: Readonly<Record<string, unknown>>,
  prefix: string,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [ownKey(key, prefix), restoreValue(value, prefix)]),
  );

function restoreValue(value: unknown, prefix: string): unknown {
  if (Array.isArray(value)) return value.map((element) => restoreValue(element, prefix));
  return isRecord(value) ? restoreKeys(value, prefix) : value;
}

const restorePath = (error: GraphQLFormattedError, prefix: string): GraphQLFormattedError =>
  error.path
    ? {
        ...error,
        path: error.path.map((part) => (typeof part === 'string' ? ownKey(part, prefix) : part)),
      }
    : error;

const ownKey = (key: string, prefix: string): string =>
  key.startsWith(prefix) ? key.slice(prefix.length) : key;
