import {
  isAbstractType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';
import { compileCondition, type Condition } from '../operation/condition.ts';

export type ShapedType = GraphQLObjectType | GraphQLInterfaceType;

/** A field where it stands in the document, and when it counts. */
export type Occurrence = { readonly node: FieldNode; readonly test: Condition | undefined };

export type Document = {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
};

/** The fields that the selections name for an object of this type, in the document's order. */
export function gatherFields(
  document: Document,
  type: ShapedType,
  sets: readonly SelectionSetNode[],
): readonly Occurrence[] {
  const found: Occurrence[] = [];
  for (const set of sets) gather(document, { type, set, test: undefined, found });
  return found;
}

type Gathering = {
  readonly type: ShapedType;
  readonly set: SelectionSetNode;
  readonly test: Condition | undefined;
  readonly found: Occurrence[];
};

function gather(document: Document, { type, set, test: outer, found }: Gathering): void {
  for (const selection of set.selections) {
    const test = both(outer, compileCondition(selection));
    if (selection.kind === Kind.FIELD) {
      found.push({ node: selection, test });
      continue;
    }
    const inner = fragmentOf(document, selection, type);
    if (inner) gather(document, { type, set: inner, test, found });
  }
}

/** The fragment's selections, or undefined when it is about other types. */
function fragmentOf(
  { schema, fragments }: Document,
  selection: FragmentSpreadNode | InlineFragmentNode,
  type: ShapedType,
): SelectionSetNode | undefined {
  const fragment =
    selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
  if (!fragment?.typeCondition) return fragment?.selectionSet;
  const on = schema.getType(fragment.typeCondition.name.value);
  const applies = on === type || (isAbstractType(on) && schema.isSubType(on, type));
  return applies ? fragment.selectionSet : undefined;
}

function both(left: Condition | undefined, right: Condition | undefined): Condition | undefined {
  if (!left || !right) return left ?? right;
  return (variables) => left(variables) && right(variables);
}
