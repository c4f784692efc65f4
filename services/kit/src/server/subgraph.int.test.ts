import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GraphQLError, parse } from 'graphql';
import { pino } from 'pino';
import { AppError, invalid } from '../errors.ts';
import type { RequestInfo } from '../request.ts';
import { contextHeader, contextSigner, type ContextKey } from './signature.ts';
import { subgraphSchema } from './subgraph.ts';
import { testSubgraph, testViewer, type TestSubgraph } from '../testing/execute.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query {
    who: String
    bug: String
    refused: String
    graphqlBug: String
    badInt: Int
    required: String!
    slow: String
    add(input: AddInput!): Int
    thing(id: ID!): Thing
  }
  input AddInput { left: Int!, right: Right }
  input Right { value: Int! }
  type Thing @key(fields: "id") { id: ID! }
`);

type Context = { readonly request: RequestInfo };
let aborted: unknown;
const schema = subgraphSchema(typeDefs, {
  Query: {
    who: (_: unknown, __: unknown, { request }: Context) => request.viewer.subject,
    bug: () => {
      throw new Error("SELECT * FROM customer: Duplicate entry 'li@example.com' at db-1.internal");
    },
    refused: () => {
      throw invalid('No', [{ path: 'a.b', message: 'too long' }]);
    },
    graphqlBug: () => {
      throw new GraphQLError('secret text', { extensions: { code: 'BAD_USER_INPUT' } });
    },
    badInt: () => 'secret text',
    required: () => null,
    slow: (_: unknown, __: unknown, { request }: Context) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve('late'), 5000);
        request.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          aborted = request.signal.reason;
        });
      }),
    add: (_: unknown, { input }: { input: { left: number } }) => input.left,
    thing: (_: unknown, { id }: { id: string }) => ({ id }),
  },
  Thing: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
});

const lines: string[] = [];
let ready = true;
let drained = false;
let subgraph: TestSubgraph;

beforeAll(async () => {
  subgraph = await testSubgraph({
    name: 'things',
    schema,
    log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    createContext: (request) => ({ request }),
    extensionsOf: (request) => ({ consistency: { token: `after ${request.consistency}` } }),
    isReady: () => ready,
    onDrain: async () => {
      drained = true;
    },
  });
});
afterAll(() => subgraph.stop());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(subgraph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

const get = (path: string) => fetch(new URL(path, subgraph.url));

const signed = (name: ContextKey, body: string, nowMs = Date.now()) =>
  contextSigner(name)(
    {
      viewer: testViewer(),
      requestId: 'r',
      deadlineAt: nowMs + 5000,
      consistency: null,
      lane: 'interactive',
    },
    body,
    nowMs,
  );

const things = (): ContextKey => ({ audience: 'things', key: subgraph.key });

describe('A subgraph', () => {
  test('answers the gateway with the viewer it was told of', async () => {
    const { data, extensions } = await subgraph.execute(
      '{ who }',
      {},
      {
        viewer: { subject: 'li' },
      },
    );
    expect(data).toEqual({ who: 'li' });
    expect(extensions).toEqual({ consistency: { token: 'after null' } });
  });

  const body = JSON.stringify({ query: '{ who }' });
  test.each([
    ['no context', body, () => ({})],
    ['_service', JSON.stringify({ query: '{ _service { sdl } }' }), () => ({})],
    [
      '_entities',
      JSON.stringify({
        query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
        variables: { r: [{ __typename: 'Thing', id: '1' }] },
      }),
      () => ({}),
    ],
    ['introspection', JSON.stringify({ query: '{ __schema { types { name } } }' }), () => ({})],
    [
      'a stale context',
      body,
      () => ({ [contextHeader]: signed(things(), body, Date.now() - 31_000) }),
    ],
    [
      'another audience',
      body,
      () => ({ [contextHeader]: signed({ audience: 'care', key: subgraph.key }, body) }),
    ],
    ['another body', body, () => ({ [contextHeader]: signed(things(), `${body} `) })],
    [
      'another key',
      body,
      () => ({ [contextHeader]: signed({ audience: 'things', key: 'y'.repeat(32) }, body) }),
    ],
  ])('refuses a direct call: %s', async (_, text, headers) => {
    const response = await post(text, headers());
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Only the gateway may call this service',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    });
  });

  test('refuses a call that was made before', async () => {
    const headers = { [contextHeader]: signed(things(), body) };
    expect((await post(body, headers)).status).toBe(200);
    expect((await post(body, headers)).status).toBe(401);
  });

  test('refuses a body that is too long before it reads it', async () => {
    const response = await post(`{"query":"${'#'.repeat(9 * 1024 * 1024)}"}`);
    expect(response.status).toBe(400);
  });

  test('answers TIMEOUT at the deadline and tells the work to stop', async () => {
    const startedAt = Date.now();
    const { errors, data } = await subgraph.execute(
      '{ slow }',
      {},
      { deadlineAt: startedAt + 100 },
    );
    expect(Date.now() - startedAt).toBeLessThan(1000);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions).toEqual({ code: 'TIMEOUT' });
    expect(aborted).toBeInstanceOf(AppError);
  });
});

describe('An error', () => {
  test('that was foreseen reaches the client with its code and fields', async () => {
    const { errors } = await subgraph.execute('{ refused }');
    expect(errors).toEqual([
      {
        message: 'No',
        path: ['refused'],
        extensions: { code: 'INVALID', fields: [{ path: 'a.b', message: 'too long' }] },
      },
    ]);
  });

  test.each(['bug', 'graphqlBug', 'badInt', 'required'])(
    'that is a bug is masked and logged once: %s',
    async (field) => {
      lines.length = 0;
      const { errors } = await subgraph.execute(`query Q { ${field} }`, {}, { requestId: 'r-7' });
      expect(errors).toEqual([
        { message: 'Internal error', path: [field], extensions: { code: 'INTERNAL' } },
      ]);
      const bugs = lines
        .map((line): unknown => JSON.parse(line))
        .filter((entry) => JSON.stringify(entry).includes('"msg":"bug"'));
      expect(bugs).toHaveLength(1);
      expect(bugs[0]).toMatchObject({ requestId: 'r-7', path: field });
      expect(lines.join('')).not.toContain('li@example.com');
    },
  );

  test.each([
    ['an unknown field', '{ nothing }', 'BAD_REQUEST'],
    ['no GraphQL', '{ who', 'BAD_REQUEST'],
    ['an empty document', '', 'BAD_REQUEST'],
    ['a missing variable', 'query ($id: ID!) { thing(id: $id) { id } }', 'INVALID'],
  ])('about %s says so', async (_, query, code) => {
    const { errors } = await subgraph.execute(query);
    expect(errors?.[0]?.extensions?.['code']).toBe(code);
  });

  test.each([
    [{ left: 'x; "y" at "z"; ' }, 'input.left'],
    [{ left: 1, right: { value: 'x' } }, 'input.right.value'],
    [{ left: 1, right: {} }, 'input.right.value'],
    [{ left: 1, more: 1 }, 'input.more'],
    [null, 'input'],
  ])('about a variable names the field: %j', async (input, path) => {
    const { errors } = await subgraph.execute('query ($input: AddInput!) { add(input: $input) }', {
      input,
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });
});

test('A number that is too great is told which it may be', async () => {
  const { errors } = await subgraph.execute('query ($input: AddInput!) { add(input: $input) }', {
    input: { left: 99_999_999_999 },
  });
  expect(errors?.[0]).toMatchObject({
    message: 'input.left: must be a whole number from -2147483648 to 2147483647',
    extensions: { code: 'INVALID' },
  });
});

describe('Health and drain', () => {
  test('readiness follows the service, liveness does not', async () => {
    ready = false;
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/livez')).status).toBe(200);
    ready = true;
    expect((await get('/readyz')).status).toBe(200);
  });

  test('a stopping subgraph answers what it took, then closes what it holds', async () => {
    const answer = subgraph.execute('{ slow }', {}, { deadlineAt: Date.now() + 300 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await subgraph.stop();
    expect((await answer).errors?.[0]?.extensions).toEqual({ code: 'TIMEOUT' });
    expect(drained).toBe(true);
    await expect(get('/livez')).rejects.toThrow('fetch failed');
  });
});
