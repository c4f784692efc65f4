import { readFileSync } from 'node:fs';
import type { Leaf } from '@crm/kit/transfer/value';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from 'graphql';
import { schemasFolder } from '../schemas.ts';

export type Segments = readonly (number | string)[];

/** The graph that clients see, as it is released. */
export const readGraph = (): GraphQLSchema =>
  buildSchema(readFileSync(new URL('api.graphql', schemasFolder), 'utf8'));

export function rowTypeOf(schema: GraphQLSchema, name: string): GraphQLInputObjectType {
  const type = schema.getType(name);
  if (!isInputObjectType(type)) throw new Error(`The graph has no input ${name}`);
  return type;
}

/** `contactPoints.0.value` as its parts. */
export const segmentsOf = (path: string): Segments =>
  path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** The leaf that a path names, or what is wrong with the path. */
export function leafAt(type: GraphQLInputObjectType, path: string): Leaf | string {
  let current: GraphQLInputType = type;
  for (const segment of segmentsOf(path)) {
    const next = step(getNullableType(current), segment);
    if (typeof next === 'string') return next;
    current = next.type;
  }
  return leafOf(getNullableType(current));
}

function step(
  type: GraphQLInputType,
  segment: number | string,
): { readonly type: GraphQLInputType } | string {
  if (typeof segment === 'number') {
    return isListType(type) ? { type: type.ofType } : `${segment} counts a list, which is none`;
  }
  if (isListType(type)) return `is a list: count its entries, as in 0.${segment}`;
  if (!isInputObjectType(type)) return `"${segment}" is part of no record`;
  const field = type.getFields()[segment];
  if (field) return field;
  return `"${segment}" is unknown; ${type.name} has ${Object.keys(type.getFields())
    .filter((name) => name !== 'clientMutationId')
    .join(', ')}`;
}

function leafOf(type: GraphQLInputType): Leaf | string {
  const isList = isListType(type);
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    return `has parts: name one, such as ${Object.keys(named.getFields())[0] ?? ''}`;
  }
  const values = isEnumType(named) ? named.getValues().map(({ name }) => name) : [];
  return { kind: isEnumType(named) ? 'Enum' : named.name, isList, values };
}

/** The type of the entries of a list of records, such as an order's `lines`. */
export function entryTypeOf(
  type: GraphQLInputObjectType,
  list: string,
): GraphQLInputObjectType | null {
  const listType = type.getFields()[list]?.type;
  const nullable = listType && getNullableType(listType);
  if (!isListType(nullable)) return null;
  const entry = getNamedType(nullable);
  return isInputObjectType(entry) ? entry : null;
}

/** The paths of what a record must have and has not, within the parts that it has. */
export function missingIn(
  type: GraphQLInputObjectType,
  record: Readonly<Record<string, unknown>>,
): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const value = record[field.name] ?? null;
    if (value === null) return isRequiredInputField(field) ? [field.name] : [];
    const named = getNamedType(field.type);
    if (!isInputObjectType(named)) return [];
    return partsOf(value).flatMap(([place, part]) =>
      missingIn(named, part).map((path) => [field.name, ...place, path].join('.')),
    );
  });
}

type Part = readonly [place: readonly string[], part: Readonly<Record<string, unknown>>];

const partsOf = (value: unknown): Part[] =>
  Array.isArray(value)
    ? value.map((part, at): Part => [[String(at)], { ...part }])
    : [[[], { ...(typeof value === 'object' ? value : {}) }]];
