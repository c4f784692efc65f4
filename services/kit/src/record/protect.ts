import {
  defaultFieldResolver,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Entity } from './entity.ts';
import type { FieldClass } from './field.ts';
import { readingOf } from './policy.ts';
import type { RequestInfo } from '../request.ts';

const classes: readonly FieldClass[] = [
  'PUBLIC',
  'INTERNAL',
  'CONFIDENTIAL',
  'PERSONAL',
  'SENSITIVE',
];

/**
 * Puts the field rules of the policy on a schema, whatever way a record comes: a value whose class
 * the viewer may not read is null, or masked. Throws at start when such a field can't be null.
 */
export function protectSchema(schema: GraphQLSchema, entities: readonly Entity[]): GraphQLSchema {
  for (const entity of entities) {
    const type = schema.getType(entity.name);
    if (isObjectType(type)) protectType(type, strictestByField(entity));
  }
  return schema;
}

/** The strictest class among a field's members decides for the whole field. */
function strictestByField(entity: Entity): ReadonlyMap<string, FieldClass> {
  const strictest = new Map<string, FieldClass>();
  for (const { path, field } of entity.columns) {
    const name = (path[0] ?? '').replace(/Id$/, '');
    const fieldClass = field.class ?? 'INTERNAL';
    const before = strictest.get(name) ?? 'PUBLIC';
    if (classes.indexOf(fieldClass) >= classes.indexOf(before)) strictest.set(name, fieldClass);
  }
  return strictest;
}

function protectType(type: GraphQLObjectType, classOf: ReadonlyMap<string, FieldClass>): void {
  for (const field of Object.values(type.getFields())) {
    const fieldClass = classOf.get(field.name);
    if (fieldClass === undefined || fieldClass === 'PUBLIC' || fieldClass === 'INTERNAL') continue;
    if (isNonNullType(field.type)) {
      throw new Error(`${type.name}.${field.name} is ${fieldClass} and must be nullable`);
    }
    field.resolve = protectedResolver(field, fieldClass);
  }
}

function protectedResolver(
  field: GraphQLField<unknown, RequestInfo>,
  fieldClass: FieldClass,
): GraphQLFieldResolver<unknown, RequestInfo> {
  const resolve = field.resolve ?? defaultFieldResolver;
  const isLeaf = !isObjectType(getNullableType(field.type)) && !isListType(field.type);
  return async (...given) => {
    const [, , { viewer }] = given;
    const reading = readingOf(viewer, fieldClass);
    if (reading === 'hide' || (reading === 'mask' && !isLeaf)) return null;
    const value: unknown = await resolve(...given);
    return reading === 'mask' ? maskValue(value) : value;
  };
}

/** Keeps the last four characters of a text, and nothing of any other value. */
export const maskValue = (value: unknown): string | null =>
  typeof value === 'string' && value.length > 4 ? `••••${value.slice(-4)}` : null;
