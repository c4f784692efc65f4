import {
  Kind,
  parse,
  print,
  visit,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';

type Definition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * Puts the keys that a subgraph resolves before those it does not. The planner represents an entity
 * by the first key that it finds, and takes an unresolvable one when that stands first.
 */
export function putResolvableKeysFirst(document: DocumentNode): DocumentNode {
  return visit(document, {
    [Kind.OBJECT_TYPE_DEFINITION]: withSortedKeys,
    [Kind.INTERFACE_TYPE_DEFINITION]: withSortedKeys,
  });
}

/**
 * The fields that some `@requires` asks for with arguments. Throws when two ask for the same name
 * with different ones: the planner would give both the values of the first.
 */
export function fieldsRequiredWithArguments(document: DocumentNode): ReadonlySet<string> {
  const required = new Map<string, string>();
  visit(document, {
    [Kind.DIRECTIVE]: ({ name, arguments: given }) => {
      const requires = given?.find((argument) => argument.name.value === 'requires')?.value;
      if (name.value !== 'join__field' || requires?.kind !== Kind.STRING) return;
      visit(parse(`{ ${requires.value} }`), {
        [Kind.FIELD]: (field) => noteRequired(required, field),
      });
    },
  });
  return new Set(required.keys());
}

function noteRequired(required: Map<string, string>, { name, arguments: given }: FieldNode): void {
  if (!given || given.length === 0) return;
  const text = given.map(print).toSorted().join(', ');
  const other = required.get(name.value);
  if (other !== undefined && other !== text) {
    throw new Error(`@requires asks for ${name.value} with (${other}) and with (${text})`);
  }
  required.set(name.value, text);
}

const withSortedKeys = <Node extends Definition>(node: Node): Node => ({
  ...node,
  directives: node.directives?.toSorted(
    (left, right) => Number(isUnresolvable(left)) - Number(isUnresolvable(right)),
  ),
});

const isUnresolvable = ({ name, arguments: given }: ConstDirectiveNode): boolean =>
  name.value === 'join__type' &&
  given?.some(
    (argument) =>
      argument.name.value === 'resolvable' &&
      argument.value.kind === Kind.BOOLEAN &&
      !argument.value.value,
  ) === true;
