import {
  getNamedType,
  isEnumType,
  isObjectType,
  type GraphQLEnumType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Entity } from '../record/entity.ts';
import type { Labels } from '../record/field.ts';

/** Types of the shared schema, whose values are the API's own words. */
const technical: readonly string[] = [
  'AggregateValue',
  'BulkRow',
  'CustomFieldDefinition',
  'FieldMetadata',
];

/**
 * Fields and closed values that people could not be shown in both languages: those of the catalogue
 * without labels, and fields of the graph whose values the catalogue does not know.
 */
export const labelProblems = (
  schema: GraphQLSchema,
  {
    entities,
    objects,
  }: { readonly entities: readonly Entity[]; readonly objects: readonly Entity[] },
): string[] => [
  ...[...entities, ...objects].flatMap(unlabelled),
  ...unknownValues(schema, [...entities, ...objects]),
];

const isWhole = (labels: Labels | undefined): boolean =>
  labels !== undefined && /\p{Script=Han}/u.test(labels.zh) && labels.en.trim() !== '';

const unlabelled = (entity: Entity): string[] =>
  entity.columns.flatMap(({ name, field: { label, labels, values = [] } }) => [
    ...(isWhole(label) ? [] : [`${entity.name}.${name} is called nothing in one language`]),
    ...values
      .filter((value) => !isWhole(labels?.[value]))
      .map((value) => `${entity.name}.${name}: ${value} is called nothing in one language`),
  ]);

/** Where the graph shows a closed value, the catalogue must have the words for it. */
function unknownValues(schema: GraphQLSchema, described: readonly Entity[]): string[] {
  const known = new Set<string>();
  for (const entity of described) {
    const type = schema.getType(entity.name);
    if (isObjectType(type)) markKnown(known, entity, { type, path: [] });
  }
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__') && !technical.includes(name))
    .flatMap((type) => enumFields(type).map(([field]) => `${type.name}.${field}`))
    .filter((place) => !known.has(place))
    .map(
      (place) => `${place}: its values have no labels; make it a choice, or an object of metadata`,
    );
}

type Place = { readonly type: GraphQLObjectType; readonly path: readonly string[] };

/** The enum fields of a type, and of the groups in it, that the catalogue has all values of. */
function markKnown(known: Set<string>, entity: Entity, { type, path }: Place): void {
  for (const [name, { values }] of enumFields(type)) {
    const place = [...path, name].join('.');
    const line = entity.columns.find((column) => column.name === place)?.field;
    const isComplete = values.every((value) => line?.values?.includes(value));
    if (isComplete) known.add(`${type.name}.${name}`);
  }
  for (const field of Object.values(type.getFields())) {
    const here = [...path, field.name];
    const inner = getNamedType(field.type);
    const isGroup = entity.columns.some(({ name }) => name.startsWith(`${here.join('.')}.`));
    if (isObjectType(inner) && isGroup) markKnown(known, entity, { type: inner, path: here });
  }
}

type Closed = readonly [field: string, { readonly values: readonly string[] }];

const enumFields = (type: GraphQLObjectType): Closed[] =>
  Object.values(type.getFields()).flatMap(({ name, type: of }) => {
    const named = getNamedType(of);
    return isEnumType(named) ? [[name, { values: valuesOf(named) }] as const] : [];
  });

const valuesOf = (type: GraphQLEnumType): readonly string[] =>
  type.getValues().map(({ name }) => name);
