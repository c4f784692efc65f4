import {
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  visit,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ErrorPath } from '../client-error.ts';
import { isRecord } from '../is-record.ts';
import type { Variables } from '../operation/condition.ts';
import { gatherFields, type Document, type Occurrence, type ShapedType } from './gather.ts';
import { compileLeaf } from './leaf.ts';
import { Unsupported } from './unsupported.ts';
import type { Data } from './work.ts';

/** What fetched data is turned into, and where it did not fit the schema. */
export type Shaped = { readonly data: Data | null; readonly misfits: readonly ErrorPath[] };

/**
 * Makes the client's answer out of what subgraphs sent: its keys in its order and nothing else.
 * `undefined` stands for a null that the type does not allow, and makes the parent null.
 */
type Shape = (value: unknown, shaping: Shaping) => unknown;

type Shaping = {
  readonly variables: Variables;
  readonly path: (string | number)[];
  readonly misfits: ErrorPath[];
};

const misfitsMax = 100;

export function compileShape(
  document: Document,
  operation: OperationDefinitionNode,
): (data: Data, variables: Variables) => Shaped {
  const root = document.schema.getRootType(operation.operation);
  if (!root) throw new Unsupported('no root type');
  for (const part of [operation, ...document.fragments.values()]) refuseInheritedKeys(part);
  const shape = compileObject(document, root, [operation.selectionSet]);
  return (data, variables) => {
    const shaping: Shaping = { variables, path: [], misfits: [] };
    const shaped = shape(data, shaping);
    return { data: isRecord(shaped) ? shaped : null, misfits: shaping.misfits };
  };
}

/** Every object has these without any subgraph having said so. */
function refuseInheritedKeys(part: OperationDefinitionNode | FragmentDefinitionNode): void {
  visit(part, {
    [Kind.FIELD]: ({ alias, name }) => {
      const isInherited = (alias?.value ?? name.value) in Object.prototype;
      if (isInherited) throw new Unsupported('a key that objects inherit');
    },
  });
}

function compileType(
  document: Document,
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
): Shape {
  if (isNonNullType(type)) return nonNull(compileType(document, type.ofType, sets));
  if (isListType(type)) return listOf(compileType(document, type.ofType, sets));
  if (isLeafType(type)) return leaf(type);
  if (isObjectType(type)) return compileObject(document, type, sets);
  return compileAbstract(document, type, sets);
}

function nonNull(inner: Shape): Shape {
  return (value, shaping) => {
    const before = shaping.misfits.length;
    const shaped = inner(value, shaping);
    if (shaped !== null) return shaped;
    if (shaping.misfits.length === before) noteMisfit(shaping);
    return undefined;
  };
}

function listOf(inner: Shape): Shape {
  return (value, shaping) => {
    if (!Array.isArray(value)) return nullFor(value, shaping);
    const shaped: unknown[] = [];
    let isBroken = false;
    for (let index = 0; index < value.length; index++) {
      shaping.path.push(index);
      const element = inner(value[index] ?? null, shaping);
      shaping.path.pop();
      isBroken ||= element === undefined;
      shaped.push(element);
    }
    return isBroken ? null : shaped;
  };
}

function leaf(type: GraphQLLeafType): Shape {
  const read = compileLeaf(type);
  return (value, shaping) => {
    if (value === null) return null;
    const given = read(value);
    return given === undefined ? nullFor(value, shaping) : given;
  };
}

/** Null is fine here; anything else is of a wrong kind, and becomes null with an error. */
function nullFor(value: unknown, shaping: Shaping): null {
  if (value !== null) noteMisfit(shaping);
  return null;
}

function noteMisfit({ path, misfits }: Shaping): void {
  if (misfits.length < misfitsMax) misfits.push([...path]);
}

function compileAbstract(
  document: Document,
  type: GraphQLAbstractType,
  sets: readonly SelectionSetNode[],
): Shape {
  const shapes = new Map<string, Shape>();
  const shapeFor = (name: string): Shape | undefined => {
    const known = shapes.get(name);
    if (known) return known;
    const found = name === '' ? type : document.schema.getType(name);
    if (!isObjectType(found) && (!isInterfaceType(found) || found !== type)) return undefined;
    const shape = compileObject(document, found, sets);
    shapes.set(name, shape);
    return shape;
  };
  return (value, shaping) => {
    if (!isRecord(value)) return nullFor(value, shaping);
    const name = value['__typename'];
    const shape = shapeFor(typeof name === 'string' ? name : '');
    return shape ? shape(value, shaping) : nullFor(value, shaping);
  };
}

type Field = { readonly key: string; readonly shape: Shape };

function compileObject(
  document: Document,
  type: ShapedType,
  sets: readonly SelectionSetNode[],
): Shape {
  const fieldsFor = compileFields(document, type, gatherFields(document, type, sets));
  return (value, shaping) => {
    if (!isRecord(value)) return nullFor(value, shaping);
    const shaped: Data = {};
    for (const { key, shape } of fieldsFor(shaping)) {
      shaping.path.push(key);
      const given = shape(value[key] ?? null, shaping);
      shaping.path.pop();
      if (given === undefined) return null;
      shaped[key] = given;
    }
    return shaped;
  };
}

/** With conditions on fields, both the fields and their order depend on the variables. */
function compileFields(
  document: Document,
  type: ShapedType,
  occurrences: readonly Occurrence[],
): (shaping: Shaping) => readonly Field[] {
  if (occurrences.every(({ test }) => !test)) {
    const fields = groupFields(document, type, occurrences);
    return () => fields;
  }
  const known = new Map<string, readonly Field[]>();
  return ({ variables }) => {
    const isOn = occurrences.map(({ test }) => !test || test(variables));
    const pattern = isOn.map(Number).join('');
    let fields = known.get(pattern);
    if (!fields) {
      const counted = occurrences.filter((_, index) => isOn[index]);
      fields = groupFields(document, type, counted);
      known.set(pattern, fields);
    }
    return fields;
  };
}

/** Fields with the same key are one field with the selections of all. */
function groupFields(
  document: Document,
  type: ShapedType,
  occurrences: readonly Occurrence[],
): readonly Field[] {
  const nodes = new Map<string, FieldNode[]>();
  for (const { node } of occurrences) {
    const key = node.alias?.value ?? node.name.value;
    nodes.set(key, [...(nodes.get(key) ?? []), node]);
  }
  return [...nodes].map(([key, same]) => ({ key, shape: compileField(document, type, same) }));
}

function compileField(document: Document, type: ShapedType, nodes: readonly FieldNode[]): Shape {
  const name = nodes[0]?.name.value ?? '';
  if (name === '__typename') return typeNameOf(type);
  const definition = type.getFields()[name];
  if (!definition) throw new Unsupported(`the field ${name}`);
  const sets = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
  return compileType(document, definition.type, sets);
}

/** An abstract type has no name of its own to give. */
const typeNameOf = (type: ShapedType): Shape =>
  isObjectType(type) ? () => type.name : () => undefined;
