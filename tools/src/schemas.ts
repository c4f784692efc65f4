import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

export const schemasFolder = new URL('../../schemas/', import.meta.url);

export const subgraphNames = (): string[] =>
  readdirSync(new URL('subgraphs/', schemasFolder))
    .map((file) => basename(file, '.graphql'))
    .toSorted();

/** What a subgraph serves: its own types and those that mean the same in every subgraph. */
export const subgraphSdl = (name: string): string =>
  [`subgraphs/${name}.graphql`, 'shared.graphql'].map(read).join('\n');

const read = (file: string): string => readFileSync(new URL(file, schemasFolder), 'utf8');
