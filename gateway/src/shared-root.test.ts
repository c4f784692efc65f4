import { expect, test } from '@jest/globals';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import { parse } from 'graphql';
import { localRequest } from './executor/testing/local.ts';
import { buildGraph } from './graph/graph.ts';
import { prepare } from './operation/prepare.ts';
import { runOf } from './plan.ts';
import { compose } from './testing/compose.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])`;

/** As `Query.metadata`: each subgraph has its own field of one object. */
const subgraphs = Object.fromEntries(
  ['care', 'contacts'].map((name) => [
    name,
    `${link} type Query { metadata: Metadata @shareable } type Metadata { ${name}: [String!] }`,
  ]),
);

const schemas = Object.fromEntries(
  Object.entries(subgraphs).map(([name, sdl]) => [
    name,
    subgraphSchema(parse(sdl), {
      Query: { metadata: () => ({}) },
      Metadata: {
        [name]: () => {
          if (name === 'care') throw new Error('away');
          return [name];
        },
      },
    }),
  ]),
);

test('A root object of several subgraphs is put together, and lacks what failed', async () => {
  const graph = buildGraph(compose(subgraphs), true);
  const query = prepare(graph, '{ metadata { care contacts } }', null);
  const result = await runOf(graph, query)({}, localRequest(schemas));

  expect(result.data).toEqual({ metadata: { care: null, contacts: ['contacts'] } });
  expect(result.errors).toHaveLength(1);
});
