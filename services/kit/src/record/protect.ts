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
import type { RequestContext } from '../context.ts';
import { disclosureOf } from './disclosure.ts';
import type { Entity, Stamps } from './entity.ts';
import type { FieldClass } from './field.ts';
import { needsPurpose, readingOf, type Reading } from './policy.ts';

const classes: readonly FieldClass[] = [
  'PUBLIC',
  'INTERNAL',
  'CONFIDENTIAL',
  'PERSONAL',
  'SENSITIVE',
];

/**
 * Puts the field rules of the policy on a schema, whatever way a record comes: a value whose class
 * the viewer may not read is null, or masked; a sensitive one is noted as told or as kept back.
 * Throws at start when such a field can't be null.
 */
export function protectSchema(schema: GraphQLSchema, entities: readonly Entity[]): GraphQLSchema {
  for (const entity of entities) {
    const type = schema.getType(entity.name);
    if (isObjectType(type)) protectType(type, entity);
  }
  return schema;
}

/** The strictest class among a field's members decides for the whole field. */
function strictestByField(entity: Entity): ReadonlyMap<string, FieldClass> {
  const strictest = new Map<string, FieldClass>(Object.entries(entity.derived));
  for (const { path, field } of entity.columns) {
    const name = (path[0] ?? '').replace(/Id$/, '');
    const fieldClass = field.class ?? 'INTERNAL';
    const before = strictest.get(name) ?? 'PUBLIC';
    if (classes.indexOf(fieldClass) >= classes.indexOf(before)) strictest.set(name, fieldClass);
  }
  return strictest;
}

function protectType(type: GraphQLObjectType, entity: Entity): void {
  const classOf = strictestByField(entity);
  for (const field of Object.values(type.getFields())) {
    const fieldClass = classOf.get(field.name) ?? 'INTERNAL';
    const isGuarded = entity.guard?.fields.includes(field.name) ?? false;
    if (isOpen(fieldClass) && !isGuarded) continue;
    if (!canBeEmpty(field, fieldClass)) {
      throw new Error(`${type.name}.${field.name} is ${fieldClass} and must be nullable`);
    }
    field.resolve = protectedResolver(field, { entity, fieldClass, isGuarded });
  }
}

const isOpen = (fieldClass: FieldClass): boolean =>
  fieldClass === 'PUBLIC' || fieldClass === 'INTERNAL';

/** A list that is open but in guarded rows may be empty there instead of null. */
const canBeEmpty = ({ type }: GraphQLField<unknown, unknown>, fieldClass: FieldClass): boolean =>
  !isNonNullType(type) || (isOpen(fieldClass) && isListType(type.ofType));

type Protection = {
  readonly entity: Entity;
  readonly fieldClass: FieldClass;
  readonly isGuarded: boolean;
};

function protectedResolver(
  field: GraphQLField<Stamps, RequestContext>,
  protection: Protection,
): GraphQLFieldResolver<Stamps, RequestContext> {
  const resolve = field.resolve ?? defaultFieldResolver;
  const isLeaf = !isObjectType(getNullableType(field.type)) && !isListType(field.type);
  const nothing = isNonNullType(field.type) ? [] : null;
  return async (...given) => {
    const [row, , context] = given;
    const reading = readingHere(context, { ...protection, row, name: field.name });
    if (reading === 'hide' || (reading === 'mask' && !isLeaf)) return nothing;
    const value: unknown = await resolve(...given);
    return reading === 'mask' ? maskValue(value) : value;
  };
}

type Asked = Protection & { readonly row: Stamps; readonly name: string };

/** How the viewer reads a field of this row. What is sensitive is noted, told or not. */
function readingHere(context: RequestContext, asked: Asked): Reading {
  const { entity, row, name, isGuarded } = asked;
  const { viewer, app } = context;
  const isKept = isGuarded && entity.guard?.isGuarded(row, app.now()) === true;
  const fieldClass = isKept ? 'SENSITIVE' : asked.fieldClass;
  const reading = readingOf(viewer, fieldClass);
  if (fieldClass !== 'SENSITIVE') return reading;
  const disclosure = disclosureOf(context);
  if (reading === 'read') disclosure.tell(entity.name, row.id, name);
  else {
    const reason = needsPurpose(viewer) ? 'PURPOSE_NEEDED' : 'NOT_ALLOWED';
    disclosure.withhold(`${entity.name}.${name}`, reason);
  }
  return reading;
}

/** Keeps the last four characters of a text, and nothing of any other value. */
export const maskValue = (value: unknown): string | null =>
  typeof value === 'string' && value.length > 4 ? `••••${value.slice(-4)}` : null;
