import { composeServices } from '@apollo/composition';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';
import { UserError } from './mesh/say.ts';
import { subgraphNames, subgraphSdl } from './schemas.ts';

/** What is composed from the subgraphs, by its file in schemas/. */
export type Contracts = {
  /** What the gateway runs on. */
  readonly 'supergraph.graphql': string;
  /** What clients see: without the federation's own parts, sorted, so that it can be compared. */
  readonly 'api.graphql': string;
};

export function composeContracts(): Contracts {
  const { schema, supergraphSdl, errors } = composeServices(
    subgraphNames().map((name) => ({
      name,
      typeDefs: parse(subgraphSdl(name)),
      url: `http://${name}/graphql`,
    })),
  );
  if (errors) throw new UserError(errors.map(String).join('\n'));

  const api = schema.toAPISchema().toGraphQLJSSchema();
  return {
    'supergraph.graphql': supergraphSdl,
    'api.graphql': `${printSchema(lexicographicSortSchema(api))}\n`,
  };
}
