import { writeFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { schemasFolder, subgraphNames, subgraphSdl } from './schemas.ts';

const { supergraphSdl, errors } = composeServices(
  subgraphNames().map((name) => ({
    name,
    typeDefs: parse(subgraphSdl(name)),
    url: `http://${name}/graphql`,
  })),
);
if (errors) throw new AggregateError(errors, errors.map(String).join('\n'));

writeFileSync(new URL('supergraph.graphql', schemasFolder), supergraphSdl);
