import { beforeAll, describe, expect, test } from '@jest/globals';
import { AppError } from '@crm/kit/errors';
import { parse, validate, type GraphQLSchema } from 'graphql';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { coerceVariables, prepare } from '../operation/prepare.ts';
import { planOf } from '../plan.ts';
import { stockRun } from '../run-stock.ts';
import type { Run, RunResult } from '../run.ts';
import { isRecord } from '../is-record.ts';
import { compose } from '../testing/compose.ts';
import { compileRun } from './compile.ts';
import { localRequest, readBody, type LocalRequest } from './testing/local.ts';
import { randomOperation, seeded } from './testing/random-operation.ts';
import { shopSchemas, shopSdl } from './testing/shop.ts';

let graph: Graph;
let schemas: Readonly<Record<string, GraphQLSchema>>;
beforeAll(() => {
  graph = buildGraph(compose(shopSdl), true);
  schemas = shopSchemas();
});

type Variables = Readonly<Record<string, unknown>>;

const requestTo = (down: readonly string[] = []): LocalRequest => localRequest(schemas, down);

type Both = { readonly compiled: RunResult; readonly stock: RunResult };

function runs(query: string): { readonly compiled: Run; readonly stock: Run } {
  const prepared = prepare(graph, query, null);
  const plan = planOf(graph, prepared);
  const compiled = compileRun(graph, prepared, plan);
  if (!compiled) throw new Error(`not compiled: ${query}`);
  return { compiled, stock: stockRun(graph, prepared, plan) };
}

async function runBoth(
  query: string,
  given: Variables = {},
  down: readonly string[] = [],
): Promise<Both> {
  const { compiled, stock } = runs(query);
  const variables = coerceVariables(graph, prepare(graph, query, null), given);
  return {
    compiled: await compiled(variables, requestTo(down)),
    stock: await stock(variables, requestTo(down)),
  };
}

const codesOf = ({ errors }: RunResult): readonly string[] =>
  [...new Set(errors.map(({ extensions }) => String(extensions?.['code'])))].toSorted();

/** The stock executor puts fields with conditions later than GraphQL says, so keys are sorted. */
const sorted = (data: unknown): string =>
  JSON.stringify(data, (_, value: unknown) =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

function expectEqual({ compiled, stock }: Both): void {
  expect(sorted(compiled.data)).toBe(sorted(stock.data));
  expect(codesOf(compiled)).toEqual(codesOf(stock));
}

describe('The compiled executor gives what the stock one gives', () => {
  test.each([
    ['{ __typename }', {}],
    ['{ product(id: "1") { id name size weight tags extra sku { code } } }', {}],
    ['{ product(id: "none") { reviews { stars } } }', {}],
    [
      '{ products(first: 2) { name rating reviews { stars author { name } } inStock shipping } }',
      {},
    ],
    ['{ grid { id rating } }', {}],
    [
      '{ media { id title ... on Book { pages score reviews { text } } ... on Film { minutes } } }',
      {},
    ],
    ['{ items { __typename ... on Book { title } ... on Product { rating inStock } } }', {}],
    ['{ settings { currency limits { max } deep { a list } } }', {}],
    [
      '{ me { name friends { name friends { id } reviews { product { name } } } boss { name } } }',
      {},
    ],
    ['{ users { id reviews(first: 1) { author { reviews { author { name } } } } } }', {}],
    [
      '{ reviews { about { __typename ... on Book { title } ... on Film { minutes } } product { place { boxes { of { name rating } } } } } }',
      {},
    ],
    [
      '{ node(id: "u1") { id __typename ... on User { name boss { reviews { id } } } ... on Robot { model } } }',
      {},
    ],
    ['{ shelf { name sku { region } shipping } }', {}],
    [
      '{ a: product(id: "1") { n: name m: name(upper: true) k: __typename } b: product(id: "2") { n: rating } }',
      {},
    ],
    [
      '{ product(id: "1") { ...A ...B } } fragment A on Product { similar { id name } } fragment B on Product { similar { rating } }',
      {},
    ],
    [
      'query ($x: Boolean!) { product(id: "1") { id ... @include(if: $x) { name reviews { id } } rating @skip(if: $x) } }',
      { x: true },
    ],
    [
      'query ($x: Boolean!) { product(id: "1") { id ... @include(if: $x) { name reviews { id } } rating @skip(if: $x) } }',
      { x: false },
    ],
    [
      'query ($x: Boolean!) { product(id: "1") { similar @include(if: $x) { id } similar { name } } }',
      { x: false },
    ],
    [
      'query ($x: Boolean!) { product(id: "1") { similar @include(if: $x) { id } similar { name } } }',
      { x: true },
    ],
    [
      'query ($x: Boolean!, $y: Boolean!) { product(id: "1") { similar @include(if: $x) { id } similar @skip(if: $y) { name rating } } }',
      { x: false, y: true },
    ],
    [
      'query ($x: Boolean!) { product(id: "1") @include(if: $x) { name reviews { id } } }',
      { x: false },
    ],
    [
      'query ($x: Boolean!) { product(id: "1") @include(if: $x) { name reviews { id } } }',
      { x: true },
    ],
    [
      'mutation { a: setName(id: "1", name: "x") { name rating } setPrice(id: "2", price: 1) { id } }',
      {},
    ],
    [
      'query ($id: ID!, $n: Int) { product(id: $id) { id } products(first: $n) { rating } }',
      { id: '2', n: 1 },
    ],
    ['query ($n: Int = 2) { products(first: $n) { id } }', {}],
  ])('%s with %j', async (query, variables) => {
    const both = await runBoth(query, variables);
    expect(both.compiled.data).not.toBeNull();
    expectEqual(both);
  });

  test.each([
    ['{ products { id failing } }', 'a field that may be null'],
    ['{ products { id failingHard } }', 'a field that may not, in a list of such'],
    ['{ grid { failingHard } }', 'a field that may not, in a list that may'],
    ['{ products(first: 4) { id rating } }', 'an entity field that may not be null'],
    ['{ media { id ... on Book { score } } }', 'an entity that does not exist'],
    ['{ users { id secret } me { secret } }', 'a root list'],
    ['{ never { id } me { id } }', 'a root field that may not be null'],
    ['{ reviews { author { secret boss { secret } } } }', 'entities in many places'],
  ])('when there are errors: %s (%s)', async (query) => {
    const both = await runBoth(query);
    expect(both.compiled.errors.length).toBeGreaterThan(0);
    expectEqual(both);
  });

  test.each(['products', 'reviews', 'users', 'stock'])('when %s is down', async (service) => {
    const queries = [
      '{ products { name rating inStock } me { name } settings { limits { max } } }',
      '{ reviews { author { name } product { name } } shelf { name } }',
    ];
    for (const query of queries) {
      const both = await runBoth(query, {}, [service]);
      expect(codesOf(both.compiled)).toContain('SERVICE_UNAVAILABLE');
      expectEqual(both);
    }
  });

  test('for 150 random operations', async () => {
    const random = seeded(7);
    let compared = 0;
    for (let round = 0; round < 150; round++) {
      const query = randomOperation(graph.schema, random);
      // Random fields with equal keys may be at odds with each other: those are no queries.
      if (query.length > 20_000 || validate(graph.schema, parse(query)).length > 0) continue;
      const down = random() < 0.2 ? ['reviews'] : [];
      const both = await tryBoth(query, down);
      if (!both) continue;
      expectEqual(both);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(75);
  }, 60_000);
});

async function tryBoth(query: string, down: readonly string[]): Promise<Both | undefined> {
  try {
    return await runBoth(query, {}, down);
  } catch (error) {
    if (error instanceof AppError && error.extensions.code === 'TOO_COSTLY') return undefined;
    throw new Error(`${String(error)} in ${query}`, { cause: error });
  }
}

describe('The compiled executor', () => {
  test('asks for equal entities once', async () => {
    const { compiled } = runs('{ reviews { product { name } author { name } } }');
    const request = requestTo();
    await compiled({}, request);
    const sizes = request.bodies.map(({ service, body }) => {
      const { variables } = readBody(body);
      const list = variables?.['representations'];
      return [service, Array.isArray(list) ? list.length : 0];
    });
    expect(sizes).toContainEqual(['products', 3]);
    expect(sizes).toContainEqual(['users', 2]);
  });

  test('tells of an error in an entity at each place where it stands', async () => {
    const { compiled } = runs('{ reviews { product { failing } } }');
    const { errors } = await compiled({}, requestTo());
    // Reviews 3 and only 3 are about product 1.
    expect(errors).toEqual([
      {
        message: 'Refused',
        path: ['reviews', 2, 'product', 'failing'],
        extensions: { code: 'FORBIDDEN', service: 'products' },
      },
    ]);
  });

  test('names each root field of a subgraph that is down', async () => {
    const { compiled } = runs('{ a: reviews { id } me { id } b: reviews { stars } }');
    const { errors } = await compiled({}, requestTo(['reviews']));
    expect(errors.map(({ path }) => path)).toEqual([['a'], ['b']]);
  });

  test('names them inside fragments too, but not those that are left out', async () => {
    const { compiled } = runs(
      'query ($no: Boolean = false) { ... on Query { reviews { id } } b: reviews @include(if: $no) { id } }',
    );
    const { errors } = await compiled({ no: false }, requestTo(['reviews']));
    expect(errors.map(({ path }) => path)).toEqual([['reviews']]);
  });

  test('gives equal fetches of different operations equal text', async () => {
    const one = requestTo();
    const two = requestTo();
    await runs('query Q { product(id: "1") { rating } }').compiled({}, one);
    await runs('query Q { x: reviews { id } product(id: "1") { rating } }').compiled({}, two);
    const entityFetch = one.bodies.find(({ body }) => body.includes('_entities'));
    expect(two.bodies).toContainEqual(entityFetch);
  });

  test('leaves keys that every object inherits to the stock executor', () => {
    const prepared = prepare(graph, '{ product(id: "1") { constructor: name } }', null);
    expect(compileRun(graph, prepared, planOf(graph, prepared))).toBeUndefined();
  });
});
