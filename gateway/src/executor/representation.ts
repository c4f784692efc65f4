import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { isRecord } from '../is-record.ts';
import { merge } from './merge.ts';
import { Unsupported } from './unsupported.ts';
import type { Data } from './work.ts';

/** The JSON by which a subgraph finds an entity, or null when something for it is missing. */
export type Represent = (entity: Data) => string | null;

type Selections = readonly QueryPlanSelectionNode[];

/** Written as text at once: equal entities then have equal text, and are asked for once. */
export function compileRepresentation(selections: Selections, schema: GraphQLSchema): Represent {
  refuseInherited(selections);
  const byType = new Map<string, Represent>();
  return (entity) => {
    const type = entity['__typename'];
    if (typeof type !== 'string') return null;
    let represent = byType.get(type);
    if (!represent) {
      represent = compileFor(type, selections, schema);
      byType.set(type, represent);
    }
    return represent(entity);
  };
}

function compileFor(type: string, selections: Selections, schema: GraphQLSchema): Represent {
  const [only, another] = selections.filter(
    (selection) => selection.kind === 'Field' || isOfType(schema, type, selection.typeCondition),
  );
  if (!only) return () => null;
  if (!another && only.kind === 'InlineFragment' && only.selections.every(isField)) {
    return compileText(only.selections, schema);
  }
  return (entity) => {
    const built = build(selections, entity, schema);
    return built && typeof built['__typename'] === 'string' ? JSON.stringify(built) : null;
  };
}

const isField = (selection: QueryPlanSelectionNode): selection is QueryPlanFieldNode =>
  selection.kind === 'Field';

/** Every object has these without anyone having said so. */
function refuseInherited(selections: Selections): void {
  for (const selection of selections) {
    if (selection.kind === 'Field' && (selection.alias ?? selection.name) in Object.prototype) {
      throw new Unsupported('a key with the name of an inherited property');
    }
    refuseInherited(selection.selections ?? []);
  }
}

/** Fields only, which is what almost every key is made of. */
function compileText(fields: readonly QueryPlanFieldNode[], schema: GraphQLSchema): Represent {
  if (!fields.some(({ name, alias }) => name === '__typename' && !alias)) return () => null;
  const parts = fields.map((field) => {
    const name = field.alias ?? field.name;
    return { name, prefix: `${JSON.stringify(name)}:`, text: compileValue(field, schema) };
  });
  return (entity) => {
    let out = '';
    for (const { name, prefix, text } of parts) {
      const value = entity[name];
      if (value === undefined) return null;
      out += (out === '' ? '{' : ',') + prefix + text(value);
    }
    return `${out}}`;
  };
}

function compileValue({ selections }: QueryPlanFieldNode, schema: GraphQLSchema) {
  if (!selections) return (value: unknown): string => JSON.stringify(value);
  return (value: unknown): string => JSON.stringify(buildValue(selections, value, schema));
}

/** What the selections say of a value, as an object. Null when a field of it is missing. */
function build(selections: Selections, source: unknown, schema: GraphQLSchema): Data | null {
  if (!isRecord(source)) return null;
  const built: Data = {};
  for (const selection of selections) {
    const part = buildPart(selection, source, schema);
    if (!part && selection.kind === 'Field') return null;
    if (part) merge(built, part);
  }
  return built;
}

function buildPart(
  selection: QueryPlanSelectionNode,
  source: Data,
  schema: GraphQLSchema,
): Data | null {
  if (selection.kind === 'InlineFragment') {
    const applies = isOfType(schema, source['__typename'], selection.typeCondition);
    return applies ? build(selection.selections, source, schema) : null;
  }
  const name = selection.alias ?? selection.name;
  const value = source[name];
  if (value === undefined) return null;
  const { selections } = selection;
  return { [name]: selections ? buildValue(selections, value, schema) : value };
}

const buildValue = (selections: Selections, value: unknown, schema: GraphQLSchema): unknown =>
  Array.isArray(value)
    ? value.map((element) => buildValue(selections, element, schema))
    : build(selections, value, schema);

function isOfType(schema: GraphQLSchema, name: unknown, condition: string | undefined): boolean {
  if (typeof name !== 'string' || condition === undefined) return false;
  if (name === condition) return true;
  const type = schema.getType(name);
  const abstract = schema.getType(condition);
  if (!isObjectType(type) && !isInterfaceType(type)) return false;
  return isAbstractType(abstract) && schema.isSubType(abstract, type);
}
