import { beforeAll, describe, expect, test } from '@jest/globals';
import { AppError } from '@crm/kit/errors';
import { checkOperation } from '../answer.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { alertsSdl } from '../testing/alerts.ts';
import { compose } from '../testing/compose.ts';
import { customersSdl } from '../testing/customers.ts';

let graph: Graph;
beforeAll(() => {
  graph = buildGraph(compose({ customers: customersSdl, alerts: alertsSdl }), true);
  checkOperation(graph, { query: '{ who }', operationName: null, variables: {} }, 'interactive');
});

type Variables = Readonly<Record<string, unknown>>;

function check(
  query: string,
  variables: Variables = {},
): { code: string; message: string; ms: number } {
  const startedAt = performance.now();
  try {
    checkOperation(graph, { query, operationName: null, variables }, 'interactive');
    return { code: 'ok', message: '', ms: performance.now() - startedAt };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message, extensions } = error;
    return { code: extensions.code, message, ms: performance.now() - startedAt };
  }
}

const costOf = (query: string, variables: Variables = {}): number =>
  checkOperation(graph, { query, operationName: null, variables }, 'reporting').cost;

const doubling = (levels: number): string =>
  Array.from(
    { length: levels },
    (_, level) => `fragment F${level} on Customer { ...F${level + 1} ...F${level + 1} }`,
  ).join(' ') + ` fragment F${levels} on Customer { name }`;

const nestedFields = (levels: number): string =>
  `{ customer(id: 1) ${'{ parent '.repeat(levels)} { id } ${'}'.repeat(levels)} }`;

/** What would block for seconds is refused far below that, also on a busy machine. */
const refusedWithinMs = 60;

describe('A document that would take long to plan is refused at once', () => {
  test.each([
    ['a fragment bomb of 8 levels', `{ customer(id: 1) { ...F0 } } ${doubling(12)}`],
    ['a fragment bomb of 40 levels', `{ customer(id: 1) { ...F0 } } ${doubling(40)}`],
    [
      'a bomb of fields through fragments',
      `{ customer(id: 1) { ...A } }
       fragment A on Customer { a: parent { ...B } b: parent { ...B } c: parent { ...B } }
       fragment B on Customer { a: parent { ...C } b: parent { ...C } c: parent { ...C } }
       fragment C on Customer { a: parent { ...D } b: parent { ...D } c: parent { ...D } }
       fragment D on Customer { a: parent { ...E } b: parent { ...E } c: parent { ...E } }
       fragment E on Customer { a: parent { id } b: parent { id } c: parent { id } }`,
    ],
    [
      'fragments in a circle',
      '{ customer(id: 1) { ...A } } fragment A on Customer { parent { ...A } }',
    ],
    ['1,000 aliases', `{ ${Array.from({ length: 1000 }, (_, n) => `a${n}: who`).join(' ')} }`],
    ['3,000 equal fields', `{ ${'who '.repeat(3000)} }`],
    ['equal fields in braces', `{ customer(id: 1) { ${'parent { name } '.repeat(400)} } }`],
    ['equal inline fragments', `{ customer(id: 1) { ${'...{ parent { name } } '.repeat(300)} } }`],
    ['brackets in strings', `{ customer(id: "${'{'.repeat(1000)}") { nothing } }`],
    ['nesting of 500 levels', nestedFields(500)],
    ['nesting of 10,000 levels', nestedFields(10_000)],
    ['10,000 open brackets', `{ customer(id: ${'['.repeat(10_000)}) { id } }`],
    ['1,000 directives', `{ who ${'@include(if: true) '.repeat(1000)} }`],
    ['500 root fields', `{ ${'bug who '.repeat(250)} }`],
    ['a megabyte of comment', `{ who } #${'x'.repeat(1024 * 1024)}`],
    ['a megabyte of fields', `{ ${'who '.repeat(250_000)} }`],
    ['many operations', Array.from({ length: 500 }, (_, n) => `query Q${n} { who }`).join(' ')],
  ])('%s', (_, query) => {
    // A comment makes each a document of its own; the first ones run before the code is compiled.
    const checks = [1, 2, 3, 4, 5, 6].map((round) => check(`${query}#${round}`));
    for (const { code } of checks) expect(['TOO_COSTLY', 'BAD_REQUEST']).toContain(code);
    expect(Math.min(...checks.map(({ ms }) => ms))).toBeLessThan(refusedWithinMs);
  });

  test('introspection in circles', () => {
    const { code, ms } = check(
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    );
    expect(code).toBe('BAD_REQUEST');
    expect(ms).toBeLessThan(refusedWithinMs);
  });
});

describe('A page that is too large is refused alike', () => {
  test.each([
    ['by a literal', '{ customers(first: 101) { total } }', {}],
    ['by a variable', 'query ($n: Int!) { customers(first: $n) { total } }', { n: 101 }],
    ['by a default', 'query ($n: Int = 101) { customers(first: $n) { total } }', {}],
    ['in a fragment', '{ ...F } fragment F on Query { customers(first: 101) { total } }', {}],
    ['in an inline fragment', '{ ... on Query { customers(first: 101) { total } } }', {}],
    [
      'behind @include',
      'query ($x: Boolean!) { customers(first: 101) @include(if: $x) { total } }',
      { x: true },
    ],
    [
      'behind @skip',
      'query ($x: Boolean!) { customers(first: 101) @skip(if: $x) { total } }',
      { x: false },
    ],
    ['behind an alias', '{ few: customers(first: 101) { total } }', {}],
  ])('%s', (_, query, variables) => {
    expect(check(query, variables)).toMatchObject({
      code: 'TOO_COSTLY',
      message: 'customers asks for 101 at once, at most 100',
    });
  });

  test('but not when it is left out', () => {
    const query = 'query ($x: Boolean!) { customers(first: 101) @include(if: $x) { total } who }';
    expect(check(query, { x: false }).code).toBe('ok');
  });
});

describe('The cost of an operation', () => {
  test.each([
    ['{ who }', {}, 0],
    ['{ customer(id: 1) { name } }', {}, 1],
    ['{ customers(first: 50) { nodes { name parent { name } } } }', {}, 101],
    ['query ($n: Int) { customers(first: $n) { nodes { name } } }', { n: 30 }, 31],
    // Null asks for what the service gives by default.
    ['query ($n: Int) { customers(first: $n) { nodes { name } } }', { n: null }, 21],
    ['{ customer(id: 1) { children(first: 10) { children(first: 10) { name } } } }', {}, 111],
    [
      '{ parties(first: 2) { ... on Customer { parent { id } } ... on Person { friends { id } } } }',
      {},
      22,
    ],
    ['{ parties(first: 2) { id ... on Customer { parent { id } } } }', {}, 4],
    ['mutation { rename(id: 1, name: "x") { id } }', {}, 11],
    ['mutation { a: slowRename(ms: 1) b: slowRename(ms: 1) }', {}, 20],
  ])('%s with %j is %i', (query, variables, cost) => {
    expect(costOf(query, variables)).toBe(cost);
  });

  test('cannot be brought down by a negative page', () => {
    expect(costOf('{ a: customers(first: -100) { nodes { id } } customer(id: 1) { id } }')).toBe(2);
  });

  test.each([
    [
      'literals',
      '{ customer(id: 1) { children(first: 100) { children(first: 100) { id } } } }',
      {},
    ],
    [
      'variables',
      'query ($n: Int) { customer(id: 1) { children(first: $n) { children(first: $n) { id } } } }',
      { n: 100 },
    ],
    [
      'defaults',
      'query ($n: Int = 100) { customer(id: 1) { children(first: $n) { children(first: $n) { id } } } }',
      {},
    ],
    [
      'fragments',
      '{ customer(id: 1) { ...A } } fragment A on Customer { children(first: 100) { ...B } } fragment B on Customer { children(first: 100) { id } }',
      {},
    ],
    [
      'aliases',
      `{ ${Array.from({ length: 11 }, (_, n) => `a${n}: customers(first: 100) { nodes { id } }`).join(' ')} }`,
      {},
    ],
  ])('over the budget is refused by %s', (_, query, variables) => {
    expect(check(query, variables)).toMatchObject({ code: 'TOO_COSTLY' });
  });
});
