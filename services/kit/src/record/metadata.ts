import {
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { RequestContext } from '../context.ts';
import type { AggregateFunction } from './aggregate.ts';
import { readableCustomFields, type CustomField } from './custom-field.ts';
import { customFieldKind, customFieldOperators } from './custom-field-sql.ts';
import type { Column, Entity } from './entity.ts';
import { invalid } from '../errors.ts';
import type { Field, FieldClass, FieldKind, Group, Labels } from './field.ts';
import { readingOf } from './policy.ts';

/** What tools need to know of a kind of record. */
export type EntityMetadata = { readonly name: string; readonly fields: readonly FieldMetadata[] };

export type FieldMetadata = {
  readonly name: string;
  readonly labels: Labels;
  /** Of the groups that the field is in. */
  readonly groupLabels: Labels | null;
  readonly type: FieldType;
  readonly class: FieldClass;
  readonly isMasked: boolean;
  readonly isCustom: boolean;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly max: number | null;
  readonly references: string | null;
  readonly vocabulary: string | null;
  readonly operators: readonly string[];
  readonly sortable: boolean;
  readonly groupable: boolean;
  readonly measures: readonly AggregateFunction[];
  readonly options: readonly { readonly value: string; readonly labels: Labels }[];
};

const types = {
  boolean: 'BOOLEAN',
  date: 'DATE',
  dateTime: 'DATE_TIME',
  decimal: 'DECIMAL',
  enum: 'ENUM',
  id: 'ID',
  int: 'INT',
  json: 'JSON',
  list: 'LIST',
  term: 'TERM',
  text: 'TEXT',
} as const satisfies Readonly<Record<FieldKind, string>>;

export type FieldType = (typeof types)[FieldKind];

const customTypes: Readonly<Record<CustomField['type'], FieldType>> = {
  TEXT: 'TEXT',
  NUMBER: 'DECIMAL',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  SELECT: 'ENUM',
  MULTI_SELECT: 'LIST',
};

/** What the graph lets one do with a kind of record. */
export type Uses = {
  /** The input that filters it; `*` when criteria that are JSON may name any of its fields. */
  readonly where: string | null;
  readonly isSorted: boolean;
  readonly isGrouped: boolean;
};

export type Described = {
  readonly entities: readonly Entity[];
  /** Answers and parts of records; one named as an entity says more of its fields. */
  readonly objects?: readonly Entity[];
  /** Those that may have custom fields. */
  readonly customisable?: readonly Entity[];
  /** Of entities whose lists the schema does not tell: by name. */
  readonly uses?: Readonly<Record<string, Uses>>;
};

/** The fields of one kind of record, or of all, that the viewer may read. */
export async function describeEntities(
  context: RequestContext,
  schema: GraphQLSchema,
  { name, ...described }: Described & { readonly name: string | null },
): Promise<EntityMetadata[]> {
  const { customisable = [] } = described;
  const wanted = wantedKinds(described, name);
  return Promise.all(
    wanted.map(async (entity) => {
      const { used, fields } = knownOf(schema, entity, described);
      const custom = customisable.includes(entity)
        ? (await readableCustomFields(context, entity.customFieldsOf)).filter(
            ({ active }) => active,
          )
        : [];
      return {
        name: entity.name,
        fields: [...fields, ...custom.map((field) => ofCustom(field, used))].flatMap((field) =>
          asRead(context, field),
        ),
      };
    }),
  );
}

function wantedKinds(described: Described, name: string | null): readonly Entity[] {
  const kinds = kindsOf(described);
  if (name === null) return kinds;
  const wanted = kinds.filter((kind) => kind.name === name);
  if (wanted.length > 0) return wanted;
  const names = kinds.map((kind) => kind.name).toSorted();
  throw invalid(`There is no "${name.slice(0, 64)}" here. There are: ${names.join(', ')}`, [
    { path: 'entity', message: 'names no kind of record of this service' },
  ]);
}

type Known = { readonly used: Uses; readonly fields: readonly FieldMetadata[] };

/** What does not change while the process runs. */
const known = new WeakMap<GraphQLSchema, Map<Entity, Known>>();

function knownOf(
  schema: GraphQLSchema,
  entity: Entity,
  { objects = [], uses = {} }: Described,
): Known {
  const ofSchema = known.get(schema) ?? new Map<Entity, Known>();
  known.set(schema, ofSchema);
  const found = ofSchema.get(entity);
  if (found) return found;
  const used = uses[entity.name] ?? usesOf(schema, entity);
  const more = objects.find((each) => each !== entity && each.name === entity.name);
  const told = (of: Entity, how: Uses): FieldMetadata[] =>
    of.columns.filter(isTold).map((column) => ofColumn(schema, column, { entity: of, used: how }));
  const all = [...told(entity, used), ...(more ? told(more, unused) : [])];
  const fields = [...new Map(all.map((field) => [field.name, field])).values()];
  ofSchema.set(entity, { used, fields });
  return { used, fields };
}

const unused: Uses = { where: null, isSorted: false, isGrouped: false };

/** Every kind of record, then the objects that say nothing of one of them. */
const kindsOf = ({ entities, objects = [] }: Described): readonly Entity[] => [
  ...entities,
  ...objects.filter(({ name }) => entities.every((entity) => entity.name !== name)),
];

const untold: readonly string[] = ['customFields', 'deletedAt'];

const isTold = ({ name, field }: Column): boolean => !field.internal && !untold.includes(name);

/** What may be read in part only is neither filtered, sorted nor grouped by. */
function asRead({ viewer }: RequestContext, field: FieldMetadata): FieldMetadata[] {
  const reading = readingOf(viewer, field.class);
  if (reading === 'hide') return [];
  if (reading === 'read') return [field];
  const nothing = { operators: [], sortable: false, groupable: false, measures: [] };
  return [{ ...field, ...nothing, isMasked: true }];
}

type Place = { readonly entity: Entity; readonly used: Uses };

function ofColumn(
  schema: GraphQLSchema,
  { name, path, field }: Column,
  { entity, used }: Place,
): FieldMetadata {
  return {
    name,
    labels: field.label,
    groupLabels: groupLabelsOf(entity, path),
    type: types[field.kind],
    class: field.class ?? 'INTERNAL',
    isMasked: false,
    isCustom: false,
    required: field.required ?? false,
    readOnly: field.managed === true || field.sql !== undefined,
    max: field.max ?? null,
    references: field.references ?? field.names ?? null,
    vocabulary: field.vocabulary ?? null,
    operators: operatorsOf(schema, used, { path, field }).filter(
      (operator) => field.kind !== 'term' || !ofTexts.includes(operator),
    ),
    ...usableAs(field.kind, used),
    options: optionsOf(field),
  };
}

const ofCustom = (field: CustomField, used: Uses): FieldMetadata => ({
  name: `custom.${field.key}`,
  labels: field.labels,
  groupLabels: null,
  type: customTypes[field.type],
  class: field.class,
  isMasked: false,
  isCustom: true,
  required: field.required,
  readOnly: false,
  max: null,
  references: null,
  vocabulary: null,
  operators: used.where === null ? [] : customFieldOperators[field.type],
  ...usableAs(customFieldKind[field.type], used),
  options: field.options.map((value) => ({ value, labels: { zh: value, en: value } })),
});

/** Codes are compared as a whole, though their filter is that of texts. */
const ofTexts: readonly string[] = ['contains', 'startsWith'];

const several: readonly FieldKind[] = ['json', 'list'];
const numbers: readonly FieldKind[] = ['decimal', 'int'];

const usableAs = (
  kind: FieldKind,
  { isSorted, isGrouped }: Uses,
): Pick<FieldMetadata, 'groupable' | 'measures' | 'sortable'> => {
  const isSingle = !several.includes(kind);
  const compared: readonly AggregateFunction[] = ['COUNT_DISTINCT', 'MIN', 'MAX'];
  const added: readonly AggregateFunction[] = numbers.includes(kind) ? ['SUM', 'AVG'] : [];
  return {
    sortable: isSorted && isSingle,
    groupable: isGrouped && isSingle,
    measures: isGrouped && isSingle ? [...compared, ...added] : [],
  };
};

const optionsOf = ({ values = [], labels = {} }: Field): FieldMetadata['options'] =>
  values.map((value) => ({ value, labels: labels[value] ?? { zh: value, en: value } }));

function groupLabelsOf({ fields }: Entity, path: readonly string[]): Labels | null {
  const labels: Labels[] = [];
  let members: Readonly<Record<string, Field | Group>> = fields;
  for (const part of path.slice(0, -1)) {
    const group = members[part];
    if (group?.kind !== 'group' || !('members' in group)) break;
    labels.push(group.label);
    members = group.members;
  }
  if (labels.length === 0) return null;
  return {
    zh: labels.map(({ zh }) => zh).join(' · '),
    en: labels.map(({ en }) => en).join(' · '),
  };
}

/** The members of the filter that stands at this place of the `where` input. */
function operatorsOf(
  schema: GraphQLSchema,
  { where }: Uses,
  { path, field: { kind } }: Pick<Column, 'field' | 'path'>,
): string[] {
  if (where === '*') return membersOf(schema.getType(filters[kind] ?? ''));
  let type = where === null ? undefined : schema.getType(where);
  for (const part of path) {
    if (!isInputObjectType(type)) return [];
    const field: { readonly type: Parameters<typeof getNamedType>[0] } | undefined =
      type.getFields()[part];
    type = field ? getNamedType(field.type) : undefined;
  }
  return membersOf(type);
}

const membersOf = (type: GraphQLNamedType | undefined): string[] =>
  isInputObjectType(type) ? Object.keys(type.getFields()) : [];

/** The filters of the shared schema. */
const filters: Partial<Record<FieldKind, string>> = {
  boolean: 'BooleanFilter',
  date: 'DateFilter',
  dateTime: 'DateTimeFilter',
  decimal: 'DecimalFilter',
  id: 'IdFilter',
  int: 'IntFilter',
  list: 'ListFilter',
  term: 'TextFilter',
  text: 'TextFilter',
};

/** Looks for the lists and figures of an entity among all fields of the schema. */
function usesOf(schema: GraphQLSchema, entity: Entity): Uses {
  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()));
  const lists = fields.filter(({ type }) => {
    const list = getNamedType(type);
    const nodes = isObjectType(list) ? list.getFields()['nodes'] : undefined;
    return nodes !== undefined && getNamedType(nodes.type).name === entity.name;
  });
  const argument = (field: (typeof fields)[number], name: string) =>
    field.args.find((each) => each.name === name);
  const where = lists
    .flatMap((list) => argument(list, 'where') ?? [])
    .map(({ type }) => getNamedType(type))
    .find((type): type is GraphQLInputObjectType => isInputObjectType(type));
  return {
    where: where?.name ?? null,
    isSorted: lists.some((list) => argument(list, 'orderBy')),
    isGrouped: fields.some(
      (field) =>
        getNamedType(field.type).name === 'AggregateResult' &&
        getNamedType(argument(field, 'where')?.type)?.name === where?.name,
    ),
  };
}
