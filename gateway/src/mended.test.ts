import { describe, expect, test } from '@jest/globals';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import { parse } from 'graphql';
import { localRequest } from './executor/testing/local.ts';
import { buildGraph } from './graph/graph.ts';
import { prepare } from './operation/prepare.ts';
import { runOf } from './plan.ts';
import type { RunResult } from './run.ts';
import { compose } from './testing/compose.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@interfaceObject"])`;

type Subgraph = { readonly sdl: string; readonly resolvers: Parameters<typeof subgraphSchema>[1] };

const graphOf = (subgraphs: Readonly<Record<string, Subgraph>>) =>
  buildGraph(
    compose(
      Object.fromEntries(Object.entries(subgraphs).map(([name, { sdl }]) => [name, link + sdl])),
    ),
    true,
  );

async function ask(
  subgraphs: Readonly<Record<string, Subgraph>>,
  query: string,
): Promise<RunResult> {
  const graph = graphOf(subgraphs);
  const schemas = Object.fromEntries(
    Object.entries(subgraphs).map(([name, { sdl, resolvers }]) => [
      name,
      subgraphSchema(parse(link + sdl), resolvers),
    ]),
  );
  return runOf(graph, prepare(graph, query, null))({}, localRequest(schemas));
}

describe('A field that is required with arguments', () => {
  type Post = { readonly comments?: readonly string[] };
  const posts: Subgraph = {
    sdl: `
      type Query { post: Post }
      type Post @key(fields: "id") { id: ID! comments(limit: Int!): [String!] fail(at: Int!): Int }
    `,
    resolvers: {
      Query: { post: () => ({ id: '1' }) },
      Post: {
        __resolveReference: ({ id }: { readonly id: string }) => ({ id }),
        comments: (_: unknown, { limit }: { readonly limit: number }) =>
          ['a', 'b', 'c'].slice(0, limit),
        fail: () => {
          throw new Error('no');
        },
      },
    },
  };
  const authors: Subgraph = {
    sdl: `
      type Post @key(fields: "id") {
        id: ID!
        comments(limit: Int!): [String!] @external
        loudest: String @requires(fields: "comments(limit: 3)")
      }
    `,
    resolvers: {
      Post: {
        __resolveReference: (post: Post) => post,
        loudest: ({ comments }: Post) => comments?.join('+'),
      },
    },
  };

  test('gives the client what it asked for, and the subgraph what that requires', async () => {
    const { data, errors } = await ask(
      { posts, authors },
      '{ post { own_: id loudest comments(limit: 1) two: comments(limit: 2) ...F } } fragment F on Post { comments(limit: 1) }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      post: { own_: '1', loudest: 'a+b+c', comments: ['a'], two: ['a', 'b'] },
    });
  });

  test('is refused with two kinds of arguments when the graph is loaded', () => {
    const sdl = `${authors.sdl} extend type Post { quiet: String @requires(fields: "comments(limit: 1)") }`;
    expect(() => graphOf({ posts, authors: { ...authors, sdl } })).toThrow(
      '@requires asks for comments with (limit: 3) and with (limit: 1)',
    );
  });
});

describe('An entity whose first key is not resolvable', () => {
  test('is represented by one that is', async () => {
    type Item = { readonly id: string; readonly code?: string; readonly name?: string };
    const items: Subgraph = {
      sdl: `
        type Query { item: Item }
        type Item @key(fields: "code", resolvable: false) @key(fields: "id code") {
          id: ID! code: ID! name: String! @external label: String @requires(fields: "name")
        }
      `,
      resolvers: {
        Query: { item: () => ({ id: '1', code: 'x' }) },
        Item: {
          __resolveReference: (item: Item) => (item.id && item.code ? item : null),
          label: ({ name }: Item) => `label of ${name}`,
        },
      },
    };
    const names: Subgraph = {
      sdl: 'type Item @key(fields: "id") { id: ID! name: String! }',
      resolvers: { Item: { __resolveReference: ({ id }: Item) => ({ id, name: `n${id}` }) } },
    };
    const { data } = await ask({ items, names }, '{ item { label } }');
    expect(data).toEqual({ item: { label: 'label of n1' } });
  });
});

describe('A root field that no plan can answer', () => {
  test('is an error, not null', async () => {
    const a: Subgraph = {
      sdl: 'type Query { a: Node } interface Node @key(fields: "id") { id: ID! }',
      resolvers: { Query: { a: () => null } },
    };
    const b: Subgraph = {
      sdl: `type Query { b: Node }
        type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }`,
      resolvers: { Query: { b: () => null } },
    };
    await expect(ask({ a, b }, '{ a { field } }')).rejects.toThrow(
      'No service can answer what is asked of the field a',
    );
    await expect(ask({ a, b }, '{ b { field } }')).resolves.toEqual({
      data: { b: null },
      errors: [],
    });
  });
});
