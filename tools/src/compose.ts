import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const schemas = new URL('../../schemas/', import.meta.url);
const subgraphs = readdirSync(new URL('subgraphs/', schemas)).toSorted();

const { supergraphSdl, errors } = composeServices(
  subgraphs.map((file) => {
    const name = basename(file, '.graphql');
    const typeDefs = parse(readFileSync(new URL(`subgraphs/${file}`, schemas), 'utf8'));
    return { name, typeDefs, url: `http://${name}/graphql` };
  }),
);
if (errors) throw new AggregateError(errors, errors.map(String).join('\n'));

writeFileSync(new URL('supergraph.graphql', schemas), supergraphSdl);
