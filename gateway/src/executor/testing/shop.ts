import { subgraphSchema } from '@crm/kit/server/subgraph';
import { GraphQLError, parse, type GraphQLSchema } from 'graphql';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@external", "@requires", "@provides"])`;

/** Four subgraphs with everything a plan can run into: lists of lists, unions, errors, nulls. */
export const shopSdl: Readonly<Record<string, string>> = {
  products: `${link}
    type Query {
      product(id: ID!): Product
      products(first: Int = 3): [Product!]!
      grid: [[Product]]
      media: [Media]
      items: [Item!]
      settings: Settings! @shareable
      never: Product!
    }
    type Mutation { setName(id: ID!, name: String!): Product! setPrice(id: ID!, price: Float!): Product }
    interface Media { id: ID! title: String }
    union Item = Book | Film | Product
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int! }
    type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
    type Settings @shareable { currency: String!, deep: Deep @shareable }
    type Deep @shareable { a: Int, list: [Int] }
    enum Size { SMALL LARGE }
    type Product @key(fields: "id") @key(fields: "sku { code region }") {
      id: ID!
      sku: Sku!
      name(upper: Boolean): String!
      size: Size
      weight: Float
      tags: [String!]!
      extra: [[Int]]
      failing: String
      failingHard: String!
      similar: [Product!]
      bad: Int
    }
    type Sku @shareable { code: String! region: String! }
  `,
  reviews: `${link}
    type Query { reviews: [Review!]! settings: Settings! @shareable }
    type Settings @shareable { limits: Limits }
    type Limits { max: Int }
    type Review @key(fields: "id") { id: ID! stars: Int! text: String author: User product: Product! about: Subject }
    union Subject = Book | Film
    type Book @key(fields: "id") { id: ID! reviews: [Review!]! score: Float! }
    type Film @key(fields: "id") { id: ID! reviews: [Review!]! }
    type User @key(fields: "id") { id: ID! reviews(first: Int = 2): [Review!]! }
    type Product @key(fields: "id") { id: ID! reviews: [Review!]! rating: Float! }
  `,
  users: `${link}
    type Query { me: User users: [User!]! node(id: ID!): Node }
    interface Node { id: ID! }
    type User implements Node @key(fields: "id") { id: ID! name: String! friends: [User!]! boss: User secret: String! }
    type Robot implements Node { id: ID! model: String! }
  `,
  stock: `${link}
    type Query { shelf: [Product!]! }
    type Product @key(fields: "sku { code region }") @key(fields: "id") {
      id: ID!
      sku: Sku!
      weight: Float @external
      inStock: Int
      shipping: Float @requires(fields: "weight")
      place: Place
    }
    type Place { row: Int! boxes: [Box!]! }
    type Box { id: ID! of: [Product!]! }
    type Sku @shareable { code: String! region: String! }
  `,
};

type Id = { readonly id: string };

const refuse = (): never => {
  throw new GraphQLError('Refused', { extensions: { code: 'FORBIDDEN' } });
};

const product = (id: string) => ({
  __typename: 'Product',
  id,
  sku: { code: `c${id}`, region: 'eu' },
  name: ({ upper }: { readonly upper?: boolean }) => (upper ? `PRODUCT ${id}` : `Product ${id}`),
  size: id === '2' ? null : 'SMALL',
  weight: id === '3' ? null : Number(id) * 1.5,
  tags: ['a', `tag ${id} "quoted" ✓`],
  extra: [[1, null], null, []],
  failing: () => (id === '1' ? refuse() : 'fine'),
  failingHard: () => (id === '2' ? refuse() : 'fine'),
  similar: () => (id === '1' ? [product('2'), product('3'), product('2')] : null),
  bad: () => (id === '4' ? refuse() : Number(id)),
});

const book = (id: string) => ({ __typename: 'Book', id, title: `Book ${id}`, pages: 7 });
const film = (id: string) => ({ __typename: 'Film', id, title: null, minutes: 90 });

const productsResolvers = {
  Query: {
    product: (_: unknown, { id }: Id) => (id === 'none' ? null : product(id)),
    products: (_: unknown, { first }: { readonly first: number }) =>
      Array.from({ length: first }, (__, index) => product(String(index + 1))),
    grid: () => [[product('1'), null], null, [product('2'), product('1')]],
    media: () => [book('b1'), null, film('f1'), book('b2')],
    items: () => [book('b1'), product('1'), film('f1'), product('2')],
    settings: () => ({ currency: 'CNY', deep: { a: 1, list: [1, 2] } }),
    never: () => null,
  },
  Mutation: {
    setName: (_: unknown, { id, name }: Id & { readonly name: string }) => ({
      ...product(id),
      name: () => name,
    }),
    setPrice: (_: unknown, { id }: Id) => (id === '2' ? refuse() : product(id)),
  },
  Product: {
    __resolveReference: ({ id, sku }: Partial<Id> & { readonly sku?: { readonly code: string } }) =>
      product(id ?? sku?.code.slice(1) ?? '0'),
  },
  Book: { __resolveReference: ({ id }: Id) => book(id) },
  Film: { __resolveReference: ({ id }: Id) => film(id) },
};

const review = (id: string): object => ({
  id,
  stars: Number(id),
  text: id === '2' ? null : `Review ${id}`,
  author: () => (id === '3' ? null : { id: `u${Number(id) % 2}` }),
  product: () => ({ id: String((Number(id) % 3) + 1) }),
  about: () => (id === '1' ? { __typename: 'Book', id: 'b1' } : { __typename: 'Film', id: 'f1' }),
});

const reviewsOf = (...ids: readonly string[]) => ids.map(review);

const reviewsResolvers = {
  Query: {
    reviews: () => reviewsOf('1', '2', '3', '4'),
    settings: () => ({ limits: { max: 5 } }),
  },
  Review: { __resolveReference: ({ id }: Id) => review(id) },
  Book: {
    __resolveReference: ({ id }: Id) =>
      id === 'b2' ? null : { id, reviews: reviewsOf('1'), score: 4.5 },
  },
  Film: { __resolveReference: ({ id }: Id) => ({ id, reviews: reviewsOf('2', '4') }) },
  User: {
    __resolveReference: ({ id }: Id) => ({
      id,
      reviews: ({ first }: { readonly first: number }) => reviewsOf('1', '2', '3').slice(0, first),
    }),
  },
  Product: {
    __resolveReference: ({ id }: Id) => ({
      id,
      reviews: reviewsOf(id, '2'),
      rating: () => (id === '3' ? refuse() : 4),
    }),
  },
};

const user = (id: string): object => ({
  __typename: 'User',
  id,
  name: `User ${id}`,
  friends: () => (id === 'u0' ? [user('u1'), user('u0')] : []),
  boss: () => (id === 'u1' ? user('u0') : null),
  secret: () => (id === 'u1' ? refuse() : 'x'),
});

const usersResolvers = {
  Query: {
    me: () => user('u0'),
    users: () => [user('u0'), user('u1'), user('u0')],
    node: (_: unknown, { id }: Id) =>
      id.startsWith('u') ? user(id) : { __typename: 'Robot', id, model: 'R2' },
  },
  User: { __resolveReference: ({ id }: Id) => (id === 'u9' ? null : user(id)) },
};

const stocked = (id: string): object => ({
  id,
  sku: { code: `c${id}`, region: 'eu' },
  inStock: Number(id),
  place: () =>
    id === '2'
      ? null
      : { row: 1, boxes: [{ id: `x${id}`, of: [{ id, sku: { code: `c${id}`, region: 'eu' } }] }] },
});

const stockResolvers = {
  Query: { shelf: () => [stocked('1'), stocked('2'), stocked('1')] },
  Product: {
    __resolveReference: (
      entity: Partial<Id> & { readonly sku?: { readonly code: string }; readonly weight?: number },
    ) => {
      const id = entity.id ?? entity.sku?.code.slice(1) ?? '0';
      return id === '4'
        ? null
        : { ...stocked(id), shipping: entity.weight == null ? null : entity.weight * 2 };
    },
  },
};

export const shopSchemas = (): Readonly<Record<string, GraphQLSchema>> => ({
  products: subgraphSchema(parse(shopSdl['products'] ?? ''), productsResolvers),
  reviews: subgraphSchema(parse(shopSdl['reviews'] ?? ''), reviewsResolvers),
  users: subgraphSchema(parse(shopSdl['users'] ?? ''), usersResolvers),
  stock: subgraphSchema(parse(shopSdl['stock'] ?? ''), stockResolvers),
});
