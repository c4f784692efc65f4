import { describe, expect, test } from '@jest/globals';
import {
  follows,
  isChangeable,
  isConvertible,
  needProblems,
  refusedStep,
  statusAfter,
  stepProblems,
  type NeedStatus,
} from './need.ts';

const all: readonly NeedStatus[] = ['OPEN', 'CONFIRMED', 'MATCHED', 'FULFILLED', 'WITHDRAWN'];

describe('the steps of a need', () => {
  test.each([
    ['OPEN', ['CONFIRMED', 'FULFILLED', 'WITHDRAWN']],
    ['CONFIRMED', ['OPEN', 'FULFILLED', 'WITHDRAWN']],
    ['MATCHED', ['FULFILLED', 'WITHDRAWN']],
    ['FULFILLED', []],
    ['WITHDRAWN', ['OPEN']],
  ] as const)('from %s lead to %j alone', (from, allowed) => {
    expect(all.filter((to) => refusedStep(from, to) === null).toSorted()).toEqual(
      [...allowed].toSorted(),
    );
  });

  test('are refused in words', () => {
    expect(refusedStep('OPEN', 'OPEN')).toMatch(/already/);
    expect(refusedStep('OPEN', 'MATCHED')).toMatch(/converting/);
    expect(refusedStep('FULFILLED', 'OPEN')).toMatch(/FULFILLED does not become OPEN/);
  });

  test('ask for a reason to withdraw it, of a bounded length', () => {
    expect(stepProblems('WITHDRAWN', ' ')).toMatchObject([{ path: 'reason' }]);
    expect(stepProblems('WITHDRAWN', '预算取消')).toEqual([]);
    expect(stepProblems('CONFIRMED', null)).toEqual([]);
    expect(stepProblems('CONFIRMED', '𠮷'.repeat(1001))).toMatchObject([{ path: 'reason' }]);
  });
});

test('a need is converted and changed while it is not settled', () => {
  expect(all.filter((status) => isConvertible({ status }))).toEqual(['OPEN', 'CONFIRMED']);
  expect(all.filter((status) => isChangeable({ status }))).toEqual([
    'OPEN',
    'CONFIRMED',
    'MATCHED',
  ]);
});

test('a need goes the way of its opportunity until it goes its own', () => {
  expect((['WON', 'LOST', 'ABANDONED', 'OPEN'] as const).map(statusAfter)).toEqual([
    'FULFILLED',
    'CONFIRMED',
    'CONFIRMED',
    'MATCHED',
  ]);
  expect(all.filter((status) => follows({ status }, 'LOST'))).toEqual(['MATCHED']);
  expect(all.filter((status) => follows({ status }, 'OPEN'))).not.toContain('WITHDRAWN');
});

test.each([
  ['no quantity of 0', { quantity: '0.0000' }, ['quantity']],
  ['no negative budget', { budget: { amount: '-0.01', currency: 'CNY' } }, ['budget.amount']],
  ['no currency that is none', { budget: { amount: '1', currency: 'yuan' } }, ['budget.currency']],
  ['none at all', {}, []],
])('a need has %s', (_, need, paths) => {
  const problems = needProblems({ quantity: null, budget: null, ...need });
  expect(problems.map(({ path }) => path)).toEqual(paths);
});
