import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { compileCondition, type Variables } from './condition.ts';
import type { CostDirectives } from './cost-directives.ts';
import { compilePage } from './page.ts';

/** What an operation may cost at most, by its text and variables alone. */
export type Charge = {
  readonly cost: number;
  /** The largest page that is asked for, and the field that asks for it. */
  readonly page: { readonly size: number; readonly path: string };
};

/** A list without paging and without `@listSize` is taken to hold this many. */
const assumedListSize = 10;
const mutationCost = 10;

type Evaluation = { readonly variables: Variables; page: Charge['page'] };
/** `listSize` is what the parent says of the lists in it, when it says so. */
type Weigh = (evaluation: Evaluation, listSize?: number) => number;

type Source = {
  readonly schema: GraphQLSchema;
  readonly costs: CostDirectives;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
};

/** Prepares the charge of a valid operation, so that a request only fills in its variables. */
export function compileCharge(
  source: Source,
  operation: OperationDefinitionNode,
): (variables: Variables) => Charge {
  const root = source.schema.getRootType(operation.operation);
  if (!root) throw new Error(`The schema has no ${operation.operation}`);
  const weigh = compileSet({ ...source, path: '' }, operation.selectionSet, root);
  return (variables) => {
    const evaluation: Evaluation = { variables, page: { size: 0, path: '' } };
    const cost = weigh(evaluation);
    return { cost, page: evaluation.page };
  };
}

type Place = Source & { readonly path: string };

/** Selections add up, but of fragments on different object types only the dearest counts. */
function compileSet(place: Place, set: SelectionSetNode, type: GraphQLCompositeType): Weigh {
  const common: Weigh[] = [];
  const byType = new Map<GraphQLCompositeType, Weigh[]>();
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      common.push(whenIncluded(selection, compileField(place, selection, type)));
      continue;
    }
    const fragment = fragmentOf(place, selection, type);
    if (!fragment) continue;
    const weigh = whenIncluded(selection, compileSet(place, fragment.set, fragment.on));
    const isExclusive = isObjectType(fragment.on) && fragment.on !== type;
    if (!isExclusive) common.push(weigh);
    else byType.set(fragment.on, [...(byType.get(fragment.on) ?? []), weigh]);
  }
  const exclusive = [...byType.values()];
  return (evaluation, listSize) => {
    let dearest = 0;
    for (const weighs of exclusive) dearest = Math.max(dearest, sum(weighs, evaluation, listSize));
    return dearest + sum(common, evaluation, listSize);
  };
}

function sum(weighs: readonly Weigh[], evaluation: Evaluation, listSize?: number): number {
  let total = 0;
  for (const weigh of weighs) total += weigh(evaluation, listSize);
  return total;
}

type Fragment = { readonly set: SelectionSetNode; readonly on: GraphQLCompositeType };

function fragmentOf(
  { fragments, schema }: Place,
  selection: FragmentSpreadNode | InlineFragmentNode,
  type: GraphQLCompositeType,
): Fragment | undefined {
  const fragment =
    selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
  if (!fragment) return undefined;
  const on = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
  return isCompositeType(on) ? { set: fragment.selectionSet, on } : undefined;
}

function compileField(place: Place, node: FieldNode, parent: GraphQLCompositeType): Weigh {
  const field = fieldOf(parent, node.name.value);
  if (!field) return () => 0;
  const path = place.path === '' ? field.name : `${place.path}.${field.name}`;
  const size = place.costs.sizes.get(`${parent.name}.${field.name}`) ?? {};
  const own = ownWeight(place, parent, field);
  const root = parent === place.schema.getMutationType() ? mutationCost : 0;
  const inner = compileInner({ ...place, path }, node, field);
  const pageOf = compilePage({ node, field, size });
  const isList = isListField(field.type);

  return (evaluation, listSize) => {
    const page = pageOf(evaluation.variables);
    if (page !== undefined && page > evaluation.page.size) evaluation.page = { size: page, path };
    if (!isList) return root + own + inner(evaluation, page ?? size.assumedSize);
    const count = page ?? listSize ?? size.assumedSize ?? assumedListSize;
    return root + Math.max(0, count) * (own + inner(evaluation));
  };
}

function compileInner(
  place: Place,
  node: FieldNode,
  { type }: GraphQLField<unknown, unknown>,
): Weigh {
  const named = getNamedType(type);
  if (!node.selectionSet || !isCompositeType(named)) return () => 0;
  return compileSet(place, node.selectionSet, named);
}

/** By `@cost` of the field, else of its type, else 1 for an object and nothing for a scalar. */
function ownWeight(
  { costs: { weights } }: Place,
  parent: GraphQLCompositeType,
  field: GraphQLField<unknown, unknown>,
): number {
  const named = getNamedType(field.type);
  const fallback = isCompositeType(named) ? 1 : 0;
  return weights.get(`${parent.name}.${field.name}`) ?? weights.get(named.name) ?? fallback;
}

function whenIncluded(selection: SelectionNode, weigh: Weigh): Weigh {
  const isIncluded = compileCondition(selection);
  if (!isIncluded) return weigh;
  return (evaluation, listSize) =>
    isIncluded(evaluation.variables) ? weigh(evaluation, listSize) : 0;
}

const fieldOf = (
  type: GraphQLCompositeType,
  name: string,
): GraphQLField<unknown, unknown> | undefined =>
  'getFields' in type ? type.getFields()[name] : undefined;

const isListField = (type: GraphQLOutputType): boolean =>
  isListType(isNonNullType(type) ? type.ofType : type);
