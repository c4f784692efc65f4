import {
  Kind,
  valueFromASTUntyped,
  visit,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
} from 'graphql';

/** What `@listSize` says of a field. */
export type ListSize = {
  readonly assumedSize?: number;
  readonly slicingArguments?: readonly string[];
};

/** The directives `@cost` and `@listSize` of a supergraph, by `Type.field` and, for cost, `Type`. */
export type CostDirectives = {
  readonly weights: ReadonlyMap<string, number>;
  readonly sizes: ReadonlyMap<string, ListSize>;
};

export function readCostDirectives(supergraph: DocumentNode): CostDirectives {
  const weights = new Map<string, number>();
  const sizes = new Map<string, ListSize>();
  const readType = (type: {
    readonly name: { readonly value: string };
    readonly fields?: readonly FieldDefinitionNode[];
    readonly directives?: readonly ConstDirectiveNode[];
  }): void => {
    setWeight(weights, type.name.value, type.directives);
    for (const field of type.fields ?? []) {
      const coordinate = `${type.name.value}.${field.name.value}`;
      setWeight(weights, coordinate, field.directives);
      const size = argumentsOf(field.directives, 'listSize');
      if (size) sizes.set(coordinate, readSize(size));
    }
  };
  visit(supergraph, {
    [Kind.OBJECT_TYPE_DEFINITION]: readType,
    [Kind.INTERFACE_TYPE_DEFINITION]: readType,
  });
  return { weights, sizes };
}

type Arguments = ReadonlyMap<string, unknown>;

function argumentsOf(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): Arguments | undefined {
  const found = directives?.find((directive) => directive.name.value === name);
  if (!found) return undefined;
  return new Map(
    found.arguments?.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]),
  );
}

function setWeight(
  weights: Map<string, number>,
  coordinate: string,
  directives: readonly ConstDirectiveNode[] | undefined,
): void {
  const cost = argumentsOf(directives, 'cost');
  if (cost) weights.set(coordinate, Number(cost.get('weight')));
}

function readSize(size: Arguments): ListSize {
  const assumedSize = size.get('assumedSize');
  const slicingArguments = textsOf(size.get('slicingArguments'));
  return {
    ...(typeof assumedSize === 'number' && { assumedSize }),
    ...(slicingArguments && { slicingArguments }),
  };
}

const textsOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;
