import { Kind, type FieldNode, type GraphQLArgument, type GraphQLField } from 'graphql';
import type { Variables } from './condition.ts';
import type { ListSize } from './cost-directives.ts';

const pageArguments = ['first', 'last'];
/** What services give when neither argument is there. */
const pageSizeDefault = 20;

type Paged = {
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly size: ListSize;
};

/** The page a field asks for: by a literal, a variable or a default. Undefined when it has no pages. */
export function compilePage({
  node,
  field,
  size,
}: Paged): (variables: Variables) => number | undefined {
  const names = size.slicingArguments ?? pageArguments;
  const readers = field.args
    .filter(({ name }) => names.includes(name))
    .map((argument) => compileArgument(node, argument));
  if (readers.length === 0) return () => undefined;
  return (variables) => {
    let largest: number | undefined;
    for (const read of readers) {
      const given = read(variables);
      if (given !== undefined) largest = Math.max(largest ?? 0, given);
    }
    return largest ?? pageSizeDefault;
  };
}

type ReadNumber = (variables: Variables) => number | undefined;

function compileArgument(node: FieldNode, argument: GraphQLArgument): ReadNumber {
  const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
  const fallback = numberOf(argument.defaultValue);
  if (!given) return () => fallback;
  if (given.kind === Kind.VARIABLE) {
    const name = given.name.value;
    return (variables) => (name in variables ? numberOf(variables[name]) : fallback);
  }
  const literal = given.kind === Kind.INT ? Number(given.value) : undefined;
  return () => literal;
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;
