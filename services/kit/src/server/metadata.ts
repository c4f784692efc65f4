import type { GraphQLResolveInfo } from 'graphql';
import type { RequestContext } from '../context.ts';
import { describeEntities, type Described, type EntityMetadata } from '../record/metadata.ts';
import type { subgraphSchema } from './subgraph.ts';

type Call = readonly [
  parent: unknown,
  asked: { readonly entity?: string | null },
  context: RequestContext,
  info: GraphQLResolveInfo,
];

/** The part of `Query.metadata` that a service answers for, under its name. */
export const metadataResolvers = (
  service: string,
  described: Described,
): Parameters<typeof subgraphSchema>[1] => ({
  Query: { metadata: () => ({}) },
  Metadata: {
    [service]: (...[, { entity }, context, { schema }]: Call): Promise<EntityMetadata[]> =>
      describeEntities(context, schema, { ...described, name: entity ?? null }),
  },
});
