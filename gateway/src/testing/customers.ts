import { setTimeout as wait } from 'node:timers/promises';
import { invalid } from '@crm/kit/errors';
import type { RequestInfo } from '@crm/kit/request';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import { parse, type GraphQLSchema } from 'graphql';

export type Context = { readonly request: RequestInfo };

export const customersSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query {
    customer(id: ID!): Customer
    customers(first: Int = 20): CustomerPage!
    parties(first: Int): [Party!]!
    who: String
    slow(ms: Int!): String
    bug: String
    refused: String
    nullMistake: Customer
  }
  type Mutation { rename(id: ID!, name: String!): Customer!, slowRename(ms: Int!): String }
  type CustomerPage { nodes: [Customer!]!, total: Int! }
  interface Party { id: ID! name: String! }
  type Customer implements Party @key(fields: "id") {
    id: ID!
    name: String!
    parent: Customer
    children(first: Int): [Customer!]!
  }
  type Person implements Party @key(fields: "id") { id: ID! name: String! friends: [Person!]! }
`;

const customerOf = (id: string) => ({
  __typename: 'Customer',
  id,
  name: `Customer ${id}`,
  parent: null,
  children: (args: { readonly first?: number }) =>
    Array.from({ length: args.first ?? 2 }, (_, index) => customerOf(`${id}-${index}`)),
});

const person = { __typename: 'Person', id: 'p', name: 'Wang', friends: [] };

/** `onRenamed` hears whether a slow mutation was told to stop. */
export const customersSchema = (onRenamed: (wasAborted: boolean) => void): GraphQLSchema =>
  subgraphSchema(parse(customersSdl), {
    Query: {
      customer: (_: unknown, { id }: { id: string }) => (id === 'none' ? null : customerOf(id)),
      customers: (_: unknown, { first }: { first: number }) => ({
        total: 1000,
        nodes: Array.from({ length: first }, (__, index) => customerOf(String(index))),
      }),
      parties: () => [customerOf('1'), person],
      who: (_: unknown, __: unknown, { request }: Context) => JSON.stringify(request.viewer),
      slow: (_: unknown, { ms }: { ms: number }) => wait(ms, 'done'),
      bug: () => {
        throw new Error('SELECT secret FROM customer');
      },
      refused: () => {
        throw invalid('Too long', [{ path: 'name', message: 'too long' }]);
      },
      nullMistake: () => ({ id: '1', name: null, children: [] }),
    },
    Mutation: {
      rename: (_: unknown, { id, name }: { id: string; name: string }) => ({
        ...customerOf(id),
        name,
      }),
      slowRename: async (_: unknown, { ms }: { ms: number }, { request }: Context) => {
        await wait(ms);
        onRenamed(request.signal.aborted);
        return 'done';
      },
    },
    Customer: { __resolveReference: ({ id }: { id: string }) => customerOf(id) },
  });
