import { createHash } from 'node:crypto';
import { Supergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse, type GraphQLSchema } from 'graphql';
import { createRecent, type Recent } from '../recent.ts';
import { readCostDirectives, type CostDirectives } from '../operation/cost-directives.ts';
import type { Prepared } from '../operation/prepare.ts';
import { fieldsRequiredWithArguments, putResolvableKeysFirst } from './mend.ts';

/**
 * One composed supergraph and everything that is made from it. It never changes: a request keeps
 * the graph that it started with, whatever is loaded meanwhile.
 */
export type Graph = {
  /** Names the version, for logs. */
  readonly hash: string;
  /** Whether clients may read the schema and are told of fields with names like theirs. */
  readonly isOpen: boolean;
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** Everything, with what only the planner uses. */
  readonly supergraphSchema: GraphQLSchema;
  readonly apiSchema: Schema;
  readonly planner: QueryPlanner;
  readonly subgraphs: readonly string[];
  /** What changes look like: the subgraph that the gateway answers for by itself. */
  readonly eventsSchema: GraphQLSchema | undefined;
  /** A subgraph sees an interface as if it were an object: only Apollo's executor handles that. */
  readonly hasInterfaceObjects: boolean;
  readonly requiredWithArguments: ReadonlySet<string>;
  readonly costs: CostDirectives;
  /** Operations that were used last: an error stands for an operation that was refused. */
  readonly prepared: Recent<Prepared | Error>;
};

/** The subgraph of the change feed. */
export const eventsSubgraph = 'events';

/** Throws when the text is no supergraph that this gateway can serve. */
export function buildGraph(sdl: string, isOpen: boolean): Graph {
  const document = parse(sdl, { noLocation: true });
  const supergraph = Supergraph.build(putResolvableKeysFirst(document), {
    validateSupergraph: true,
  });
  const apiSchema = supergraph.apiSchema();
  return {
    hash: createHash('sha256').update(sdl).digest('hex').slice(0, 12),
    isOpen,
    schema: apiSchema.toGraphQLJSSchema(),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    apiSchema,
    planner: new QueryPlanner(supergraph),
    eventsSchema: supergraph.subgraphs().get(eventsSubgraph)?.schema.toGraphQLJSSchema(),
    subgraphs: supergraph.subgraphsMetadata().map(({ name }) => name),
    hasInterfaceObjects: /@join__type\([^)]*isInterfaceObject: true/.test(sdl),
    requiredWithArguments: fieldsRequiredWithArguments(document),
    costs: readCostDirectives(document),
    prepared: createRecent({ entriesMax: 2000, keyCharsMax: 4_000_000 }),
  };
}
