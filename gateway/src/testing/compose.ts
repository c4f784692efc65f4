import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

/** The supergraph of subgraphs given by name. Throws when they do not fit together. */
export function compose(subgraphs: Readonly<Record<string, string>>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({
      name,
      typeDefs: parse(sdl),
      url: `http://${name}/graphql`,
    })),
  );
  if (errors) throw new AggregateError(errors, errors.map(String).join('\n'));
  return supergraphSdl;
}
