import type { FetchNode } from '@apollo/query-planner';
import { Kind, OperationTypeNode, parse, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import type { ErrorPath } from '../client-error.ts';
import { isRecord } from '../is-record.ts';
import { compileCondition, type Condition, type Variables } from '../operation/condition.ts';
import type { SubgraphAnswer, SubgraphError } from '../subgraphs/answer.ts';
import { collect, placesOf, type PlanPath } from './collect.ts';
import { merge } from './merge.ts';
import { compileRepresentation, type Represent } from './representation.ts';
import { Unsupported } from './unsupported.ts';
import type { Data, Step, Work } from './work.ts';

/** An error about one entity that stands in many places is told for this many of them. */
const placesMax = 100;

export type FetchPlace = {
  /** Where the objects are that the fetch adds to. */
  readonly path: PlanPath;
  /** From this element of the path on, several places may hold the same object. */
  readonly sharedFrom: number;
  readonly schema: GraphQLSchema;
};

/** Turns one fetch of a plan into what runs for each request. */
export function compileFetch(node: FetchNode, place: FetchPlace): Step {
  const { inputRewrites = [], outputRewrites = [], contextRewrites = [] } = node;
  const rewrites = inputRewrites.length + outputRewrites.length + contextRewrites.length;
  if (rewrites > 0) throw new Unsupported('rewrites');
  if (node.requires) {
    return entityFetch(node, place, compileRepresentation(node.requires, place.schema));
  }
  if (place.path.length > 0) throw new Unsupported('a fetch of root fields inside a list');
  return rootFetch(node);
}

function rootFetch(node: FetchNode): Step {
  const { service, isQuery, bodyStart } = readFetch(node);
  const fields = rootFields(node.operation);
  return async (work) => {
    const body = `${bodyStart(work.variables, '')}}}`;
    try {
      const { data, errors } = await work.call({ service, body, isQuery });
      for (const error of errors) work.errors.sent(service, error, pathOf(error));
      if (data) merge(work.data, data);
    } catch (error) {
      for (const { key, isAsked } of fields) {
        if (isAsked(work.variables)) work.errors.thrown(service, error, [key]);
      }
    }
  };
}

type Group = { readonly representation: string; readonly targets: Data[] };

function entityFetch(node: FetchNode, place: FetchPlace, represent: Represent): Step {
  const { service, isQuery, bodyStart } = readFetch(node);
  return async (work) => {
    const targets = collect(work.data, place.path, place.sharedFrom);
    const groups = groupByRepresentation(targets, represent);
    if (groups.length === 0) return;
    const body = `${bodyStart(work.variables, '"representations":[')}${textOf(groups)}]}}`;
    try {
      const answer = await work.call({ service, body, isQuery });
      for (const error of answer.errors) tellError(work, { service, place, groups, error });
      mergeEntities(groups, answer);
    } catch (error) {
      work.errors.thrown(service, error, untilList(place.path));
    }
  };
}

/** Entities that would be asked for by the same text are asked for once. */
function groupByRepresentation(targets: readonly Data[], represent: Represent): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const target of targets) {
    const representation = represent(target);
    if (representation === null) continue;
    const group = groups.get(representation);
    if (group) group.targets.push(target);
    else groups.set(representation, { representation, targets: [target] });
  }
  return [...groups.values()];
}

const textOf = (groups: readonly Group[]): string =>
  groups.map(({ representation }) => representation).join(',');

/** Throws when the answer does not fit what was asked: guessing would mix up entities. */
function mergeEntities(groups: readonly Group[], { data }: SubgraphAnswer): void {
  if (!data) return;
  const entities = data['_entities'];
  if (!Array.isArray(entities) || entities.length !== groups.length) {
    throw new Error('The subgraph gave another number of entities than were asked for');
  }
  for (const [index, { targets }] of groups.entries()) {
    const entity: unknown = entities[index];
    if (!isRecord(entity)) continue;
    for (const target of targets) merge(target, entity);
  }
}

type Told = {
  readonly service: string;
  readonly place: FetchPlace;
  readonly groups: readonly Group[];
  readonly error: SubgraphError;
};

/** The subgraph says `_entities`, a number and the rest of the path: the rest is where the client has it. */
function tellError(work: Work, { service, place, groups, error }: Told): void {
  const [, index, ...rest] = pathOf(error) ?? [];
  const group = typeof index === 'number' ? groups[index] : undefined;
  if (!group) {
    work.errors.sent(service, error, untilList(place.path));
    return;
  }
  const wanted = new Set(group.targets);
  for (const found of placesOf(work.data, place.path, { wanted, max: placesMax })) {
    work.errors.sent(service, error, [...found, ...rest]);
  }
}

type ReadFetch = {
  readonly service: string;
  readonly isQuery: boolean;
  /** The body up to and into its variables; `more` comes after them. */
  readonly bodyStart: (variables: Variables, more: string) => string;
};

function readFetch(node: FetchNode): ReadFetch {
  // The planner counts its operations (`Page__products__3`). Without the number, equal fetches of
  // different operations have equal text, in the subgraph's document cache too.
  const name = node.operationName?.replace(/__\d+$/, '');
  const query = name ? node.operation.replace(node.operationName ?? '', name) : node.operation;
  const head = JSON.stringify({ query, ...(name && { operationName: name }) }).slice(0, -1);
  const uses = (node.variableUsages ?? []).map((use) => ({
    use,
    prefix: `${JSON.stringify(use)}:`,
  }));
  return {
    service: node.serviceName,
    isQuery: node.operationKind !== OperationTypeNode.MUTATION,
    bodyStart: (variables, more) => {
      let out = '';
      for (const { use, prefix } of uses) {
        const value = variables[use];
        if (value !== undefined) out += `${out === '' ? '' : ','}${prefix}${JSON.stringify(value)}`;
      }
      const separator = out !== '' && more !== '' ? ',' : '';
      return `${head},"variables":{${out}${separator}${more}`;
    },
  };
}

type RootField = { readonly key: string; readonly isAsked: Condition };

function rootFields(operation: string): readonly RootField[] {
  return parse(operation).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? fieldsIn(definition.selectionSet, () => true)
      : [],
  );
}

function fieldsIn({ selections }: SelectionSetNode, isOuterAsked: Condition): readonly RootField[] {
  return selections.flatMap((selection) => {
    const test = compileCondition(selection);
    const isAsked: Condition = (variables) =>
      isOuterAsked(variables) && (test?.(variables) ?? true);
    if (selection.kind === Kind.FIELD) {
      return [{ key: selection.alias?.value ?? selection.name.value, isAsked }];
    }
    return selection.kind === Kind.INLINE_FRAGMENT ? fieldsIn(selection.selectionSet, isAsked) : [];
  });
}

function pathOf({ path }: SubgraphError): ErrorPath | undefined {
  return Array.isArray(path) ? path.filter(isPathElement) : undefined;
}

const isPathElement = (element: unknown): element is string | number =>
  typeof element === 'string' || typeof element === 'number';

function untilList(path: PlanPath): ErrorPath {
  const end = path.indexOf('@');
  return end < 0 ? path : path.slice(0, end);
}
