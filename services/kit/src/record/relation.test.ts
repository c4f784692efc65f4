import { describe, expect, test } from '@jest/globals';
import {
  conflictsWith,
  directionOf,
  findCycle,
  inDirection,
  relationTypeProblems,
} from './relation.ts';

type Days = { readonly validFrom?: string; readonly validTo?: string };

const edge = (fromId: string, toId: string, { validFrom, validTo }: Days = {}) => ({
  id: `${fromId}>${toId} ${validFrom ?? ''}`,
  fromId,
  toId,
  validFrom: validFrom ?? null,
  validTo: validTo ?? null,
});

describe('findCycle', () => {
  const chain = [edge('a', 'b'), edge('b', 'c'), edge('c', 'd')];

  test('names the way back to where it starts', () => {
    expect(findCycle(edge('d', 'a'), chain)).toEqual(['d', 'a', 'b', 'c', 'd']);
    expect(findCycle(edge('b', 'a'), chain)).toEqual(['b', 'a', 'b']);
    expect(findCycle(edge('a', 'd'), chain)).toBeNull();
  });

  test('is none when no day has all of the way', () => {
    const until2020 = [edge('a', 'b', { validTo: '2020-12-31' })];
    expect(findCycle(edge('b', 'a', { validFrom: '2021-01-01' }), until2020)).toBeNull();
    expect(findCycle(edge('b', 'a', { validFrom: '2020-12-31' }), until2020)).not.toBeNull();
  });

  test('is none when each two of the way meet and all three do not', () => {
    const edges = [
      edge('a', 'b', { validFrom: '2020-01-01', validTo: '2021-12-31' }),
      edge('b', 'c', { validFrom: '2021-01-01', validTo: '2022-12-31' }),
    ];
    expect(findCycle(edge('c', 'a', { validFrom: '2022-01-01' }), edges)).toBeNull();
    expect(findCycle(edge('c', 'a', { validFrom: '2021-06-01' }), edges)).toHaveLength(4);
  });

  test('does not find itself, so that it may be changed', () => {
    const [first] = chain;
    expect(first && findCycle(first, chain)).toBeNull();
  });

  test('is found at once where the ways to a place double with each step', () => {
    const layers = Array.from({ length: 40 }, (_, at) => at);
    const edges = layers.flatMap((at) =>
      ['l', 'r'].flatMap((from) => ['l', 'r'].map((to) => edge(`${from}${at}`, `${to}${at + 1}`))),
    );
    expect(findCycle(edge('l40', 'l0'), edges)).toHaveLength(42);
    expect(findCycle(edge('x', 'l0'), edges)).toBeNull();
  });
});

describe('conflictsWith', () => {
  const others = [edge('a', 'b', { validTo: '2025-12-31' })];
  const paths = (
    relation: ReturnType<typeof edge>,
    shape: 'DIRECTED' | 'HIERARCHICAL' | 'SYMMETRIC',
  ) => conflictsWith(relation, { shape }, others).map(({ message }) => message.split(' ')[0]);

  test('refuses the same pair at the same time, and not afterwards', () => {
    expect(paths(edge('a', 'b', { validFrom: '2025-06-01' }), 'DIRECTED')).toEqual(['is']);
    expect(paths(edge('a', 'b', { validFrom: '2026-01-01' }), 'DIRECTED')).toEqual([]);
  });

  test('knows a symmetric pair from both sides, and a directed one from one', () => {
    expect(paths(edge('b', 'a'), 'SYMMETRIC')).toEqual(['is']);
    expect(paths(edge('b', 'a'), 'DIRECTED')).toEqual([]);
  });

  test('lets one stand above at a time in a hierarchy', () => {
    expect(paths(edge('a', 'c'), 'HIERARCHICAL')).toEqual(['there']);
    expect(paths(edge('a', 'c', { validFrom: '2026-01-01' }), 'HIERARCHICAL')).toEqual([]);
    expect(paths(edge('c', 'b'), 'HIERARCHICAL')).toEqual([]);
  });
});

const subsidiary = {
  code: 'SUBSIDIARY_OF',
  inverseCode: 'PARENT_OF',
  shape: 'HIERARCHICAL',
} as const;
const partner = { code: 'PARTNER_OF', inverseCode: 'PARTNER_OF', shape: 'SYMMETRIC' } as const;

test('a relation that is named by its inverse is turned round', () => {
  const pair = { fromId: 'parent', toId: 'child' };
  expect(inDirection(subsidiary, 'PARENT_OF', pair)).toEqual({ fromId: 'child', toId: 'parent' });
  expect(inDirection(subsidiary, 'SUBSIDIARY_OF', pair)).toEqual(pair);
  expect(inDirection(partner, 'PARTNER_OF', pair)).toEqual(pair);
});

describe('relationTypeProblems', () => {
  const words = { zh: '客户', en: 'Client' };
  const problems = (type: object) =>
    relationTypeProblems(
      {
        code: 'BUYS_FOR',
        inverseCode: 'BOUGHT_BY',
        shape: 'DIRECTED',
        inverseLabels: words,
        ...type,
      },
      [subsidiary, partner],
    ).map(({ path }) => path);

  test.each([
    ['nothing of a good one', {}, []],
    ['a code in small letters', { code: 'buys for' }, ['code']],
    ['a code that is the inverse of another', { code: 'PARENT_OF' }, ['code']],
    ['an inverse that another has', { inverseCode: 'PARTNER_OF' }, ['inverseCode']],
    ['an inverse that is the code', { inverseCode: 'BUYS_FOR' }, ['inverseCode']],
    ['a missing inverse', { inverseCode: null }, ['inverseCode']],
    ['missing words of the inverse', { inverseLabels: null }, ['inverseLabels']],
    [
      'nothing of a symmetric one without inverse',
      { shape: 'SYMMETRIC', inverseCode: null, inverseLabels: null },
      [],
    ],
  ])('finds %s', (_, type, paths) => {
    expect(problems(type)).toEqual(paths);
  });
});

test('the direction is told from where the relation was reached', () => {
  const relation = { fromId: 'a', toId: 'b' };
  const seen = (
    seenFromId: string | undefined,
    type: { readonly shape: 'HIERARCHICAL' | 'SYMMETRIC' },
  ) => directionOf({ ...relation, ...(seenFromId !== undefined && { seenFromId }) }, type);
  expect(seen('a', subsidiary)).toBe('OUT');
  expect(seen('b', subsidiary)).toBe('IN');
  expect(seen(undefined, subsidiary)).toBe('OUT');
  expect(seen('b', partner)).toBe('BOTH');
});
