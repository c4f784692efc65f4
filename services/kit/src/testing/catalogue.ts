import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { Migration } from '../database/migration.ts';
import { kitMigrations } from '../migrations/index.ts';
import { columnNamed, type Column, type Entity } from '../record/entity.ts';
import type { Field, FieldKind } from '../record/field.ts';
import { labelProblems } from './catalogue-labels.ts';
import { testDatabase } from './database.ts';
import { readColumns, tableProblems } from './catalogue-tables.ts';

/** What a service consists of, and what its inputs hold beside fields of the catalogue. */
export type ServiceParts = {
  readonly schema: GraphQLSchema;
  readonly entities: readonly Entity[];
  /** Answers and parts of records that have labels of their own. */
  readonly objects?: readonly Entity[];
  /** Those that may have custom fields. */
  readonly customisable?: readonly Entity[];
  readonly migrations: readonly Migration[];
  /** Inputs that no mutation ties to a record by the type it returns: `{ StaffInput: 'Staff' }`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Input fields that the service itself makes something of: `['StaffInput.teamCode']`. */
  readonly besides?: readonly string[];
};

/**
 * Where the SDL, the field catalogue and the migrated tables of a service disagree, one sentence a
 * place. Each of these would lose or refuse what a client sends, and none fails by itself.
 */
export async function catalogueProblems(parts: ServiceParts): Promise<string[]> {
  const migrations = [...kitMigrations, ...parts.migrations];
  const db = await testDatabase({ entities: [], migrations });
  try {
    const columns = await readColumns(db);
    return [
      ...orderProblems(parts.migrations),
      ...unknownRows(parts),
      ...customisableProblems(parts),
      ...labelProblems(parts.schema, { objects: [], ...parts }),
      ...inputTypes(parts).flatMap(([type, entity]) => inputProblems(parts, type, entity)),
      ...whereTypes(parts).flatMap(([type, entity]) => whereProblems(parts, type, entity)),
      ...parts.entities.flatMap((entity) => tableProblems(entity, columns)),
    ];
  } finally {
    await db.destroy();
  }
}

/** Who shows custom fields is who may have them. */
const customisableProblems = ({ schema, entities, customisable = [] }: ServiceParts): string[] =>
  entities
    .filter((entity) => {
      const type = schema.getType(entity.name);
      const isShowing = isObjectType(type) && Object.hasOwn(type.getFields(), 'customFields');
      return isShowing !== customisable.includes(entity);
    })
    .map(({ name }) => `${name}: "customFields" of the graph and "customisable" do not agree`);

/** TypeORM runs migrations by the digits of their names, whatever their order in the list. */
function orderProblems(migrations: readonly Migration[]): string[] {
  const names = migrations.map((Each) => new Each().name);
  const digits = names.map((name) => Number(name.split('_').at(-1)));
  return names.flatMap((name, at) =>
    at > 0 && (digits[at] ?? 0) <= (digits[at - 1] ?? 0)
      ? [`${name} runs before ${names[at - 1] ?? ''}, which stands above it: raise its digits`]
      : [],
  );
}

type Typed = readonly [type: GraphQLInputObjectType, entity: Entity];

/** The inputs of records: of mutations that return one, and the rows of bulk calls. */
function inputTypes({ schema, entities, inputs = {} }: ServiceParts): Typed[] {
  const found = new Map<GraphQLInputObjectType, Entity>();
  const put = (type: GraphQLNamedType | undefined, name: string): void => {
    const entity = entities.find((each) => each.name === name);
    if (isInputObjectType(type) && entity) found.set(type, entity);
  };
  for (const [type, name] of Object.entries(inputs)) put(schema.getType(type), name);
  for (const { args, type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    for (const arg of args) put(getNamedType(arg.type), getNamedType(type).name);
  }
  return [...found];
}

/** A bulk call returns no record that would say whose its rows are. */
function unknownRows(parts: ServiceParts): string[] {
  const known = new Set(inputTypes(parts).map(([type]) => type.name));
  return Object.values(parts.schema.getMutationType()?.getFields() ?? {})
    .flatMap(({ args }) => args.map(({ type }) => getNamedType(type)))
    .flatMap((type) => (isInputObjectType(type) ? (type.getFields()['rows'] ?? []) : []))
    .map(({ type }) => getNamedType(type).name)
    .filter((name) => !known.has(name))
    .map((name) => `${name}: say in "inputs" whose record it is`);
}

/** The arguments of lists of records. */
function whereTypes({ schema, entities }: ServiceParts): Typed[] {
  return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ args, type }) => {
    const where = getNamedType(args.find(({ name }) => name === 'where')?.type);
    const list = getNamedType(type);
    const nodes = isObjectType(list) ? getNamedType(list.getFields()['nodes']?.type) : undefined;
    const entity = entities.find(({ name }) => name === nodes?.name);
    return isInputObjectType(where) && entity ? [[where, entity] as const] : [];
  });
}

const envelope: readonly string[] = ['id', 'expectedVersion', 'clientMutationId', 'customFields'];

function inputProblems(
  { besides = [] }: ServiceParts,
  type: GraphQLInputObjectType,
  entity: Entity,
): string[] {
  return Object.values(type.getFields())
    .filter(({ name }) => !envelope.includes(name) && !besides.includes(`${type.name}.${name}`))
    .flatMap((field) => memberProblems(entity, { type, field, path: [] }));
}

type Member = {
  readonly type: GraphQLInputObjectType;
  readonly field: GraphQLInputField;
  readonly path: readonly string[];
};

function memberProblems(entity: Entity, { type, field, path }: Member): string[] {
  const here = [...path, field.name];
  const name = here.join('.');
  const inner = getNamedType(field.type);
  const column = columnNamed(entity, name);
  if (column) return kindProblems(entity, column, { type, field });
  if (isInputObjectType(inner) && isGroup(entity, name)) {
    return Object.values(inner.getFields()).flatMap((each) =>
      memberProblems(entity, { type: inner, field: each, path: here }),
    );
  }
  return [`${type.name}.${field.name}: ${entity.name} has no line "${name}" in its catalogue`];
}

const isGroup = (entity: Entity, name: string): boolean =>
  entity.columns.some((each) => each.name.startsWith(`${name}.`));

/** The types of the graph that hold a kind of field. */
const typesOfKind: Partial<Record<FieldKind, readonly string[]>> = {
  boolean: ['Boolean'],
  // graphql-scalars gives the scalar Date its own name.
  date: ['Date', 'LocalDate'],
  dateTime: ['DateTime'],
  decimal: ['Decimal'],
  id: ['ID'],
  int: ['Int'],
  term: ['String'],
  text: ['String'],
};

function kindProblems(
  entity: Entity,
  { name, field: line }: Column,
  { type, field }: Omit<Member, 'path'>,
): string[] {
  const where = `${type.name}.${field.name}`;
  if (line.managed || line.sql) return [`${where}: ${entity.name}.${name} is managed`];
  if (line.kind === 'enum') return enumProblems(where, line, getNamedType(field.type));
  return isOfKind(line, field)
    ? []
    : [`${where} is ${String(field.type)}, and ${entity.name}.${name} of kind ${line.kind}`];
}

function isOfKind({ kind }: Field, { type }: GraphQLInputField): boolean {
  const isList = isListType(getNullableType(type));
  if (kind === 'json') return true;
  if (kind === 'list') return isList;
  return !isList && (typesOfKind[kind] ?? []).includes(getNamedType(type).name);
}

function enumProblems(where: string, { values = [] }: Field, type: GraphQLNamedType): string[] {
  if (!isEnumType(type)) return [`${where} is no enum of the SDL`];
  const declared = type.getValues().map(({ name }) => name);
  return declared.toSorted().join() === values.toSorted().join()
    ? []
    : [`${where} takes ${declared.join(', ')}; the catalogue has ${values.join(', ')}`];
}

const combinators: readonly string[] = ['all', 'any', 'not', 'customFields'];

const whereProblems = (
  { besides = [] }: ServiceParts,
  type: GraphQLInputObjectType,
  entity: Entity,
): string[] =>
  Object.keys(type.getFields())
    .filter(
      (name) =>
        !combinators.includes(name) &&
        !besides.includes(`${type.name}.${name}`) &&
        !Object.hasOwn(entity.relations, name) &&
        !columnNamed(entity, name) &&
        !isGroup(entity, name),
    )
    .map((name) => `${type.name}.${name}: ${entity.name} has no line "${name}" in its catalogue`);
