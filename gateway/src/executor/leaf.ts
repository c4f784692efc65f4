import { isEnumType, type GraphQLLeafType } from 'graphql';

/** Gives the value as clients read it, or undefined when the type does not allow it. */
export type ReadLeaf = (value: unknown) => unknown;

/** The five scalars of GraphQL and enums are checked; other scalars are what subgraphs make of them. */
export function compileLeaf(type: GraphQLLeafType): ReadLeaf {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => (names.has(value) ? value : undefined);
  }
  switch (type.name) {
    case 'Int':
      return (value) => (Number.isInteger(value) ? value : undefined);
    case 'Float':
      return (value) => (typeof value === 'number' ? value : undefined);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? value : undefined);
    case 'String':
      return (value) => (typeof value === 'string' ? value : undefined);
    case 'ID':
      return readId;
    default:
      return (value) => value;
  }
}

function readId(value: unknown): unknown {
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : undefined;
}
