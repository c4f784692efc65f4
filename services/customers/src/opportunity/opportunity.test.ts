import { describe, expect, test } from '@jest/globals';
import {
  closingProblems,
  daysSince,
  opportunityProblems,
  orderProblems,
  stageNamed,
  stageOf,
  stageProblems,
  type Outcome,
} from './opportunity.ts';
import type { OpportunityStage } from './stage.fields.ts';

const stage = (code: string, outcome: Outcome, active = true): OpportunityStage => ({
  id: code,
  version: 1,
  createdAt: new Date(0),
  createdById: null,
  updatedAt: new Date(0),
  updatedById: null,
  deletedAt: null,
  customFields: null,
  code,
  labels: { zh: code, en: code },
  probability: 50,
  order: 0,
  outcome,
  active,
});

const stages = [
  stage('OLD', 'OPEN', false),
  stage('FIRST', 'OPEN'),
  stage('SECOND', 'OPEN'),
  stage('LOST_OLD', 'LOST', false),
  stage('LOST', 'LOST'),
];

describe('stages', () => {
  test('begin with the first that is open and in use', () => {
    expect(stageNamed(stages, null)?.code).toBe('FIRST');
    expect(stageNamed(stages, 'SECOND')?.code).toBe('SECOND');
    expect(stageNamed(stages, 'OLD')).toBeUndefined();
    expect(stageNamed(stages, 'LOST')).toBeUndefined();
  });

  test('end with the one in use for the outcome', () => {
    expect(stageOf(stages, 'LOST')?.code).toBe('LOST');
    expect(stageOf(stages, 'WON')).toBeUndefined();
  });

  test.each([
    ['a probability above 100', { probability: 101 }, 'probability'],
    ['a negative probability', { probability: -1 }, 'probability'],
    ['a won stage that is not certain', { outcome: 'WON', probability: 99 }, 'probability'],
    ['a lost stage with a chance', { outcome: 'LOST', probability: 1 }, 'probability'],
    ['a code with a space', { code: 'A B' }, 'code'],
  ] as const)('refuse %s', (_, changes, path) => {
    expect(stageProblems({ ...stage('A', 'OPEN'), ...changes })).toMatchObject([{ path }]);
  });
});

test.each([
  ['LOST needs its reason', { outcome: 'LOST' }, ['lossReason']],
  ['ABANDONED needs a note', { outcome: 'ABANDONED', note: ' ' }, ['note']],
  ['WON needs nothing', { outcome: 'WON' }, []],
  ['WON has no reason of losing', { outcome: 'WON', lossReason: 'PRICE' }, ['lossReason']],
  [
    'LOST has no reason of winning',
    { outcome: 'LOST', lossReason: 'PRICE', winReason: 'PRICE' },
    ['winReason'],
  ],
] as const)('closing: %s', (_, input, paths) => {
  expect(closingProblems(input).map(({ path }) => path)).toEqual(paths);
});

test.each([
  ['a negative amount', { amount: { amount: '-1', currency: 'CNY' } }, 'amount.amount'],
  ['a currency that is none', { amount: { amount: '1', currency: 'yuan' } }, 'amount.currency'],
  ['a probability above 100', { probability: 101 }, 'probability'],
])('an opportunity has not %s', (_, changes, path) => {
  const problems = opportunityProblems({ amount: null, probability: 10, ...changes });
  expect(problems).toMatchObject([{ path }]);
});

test('an order names an opportunity of its customer that is not lost', () => {
  const known = new Map([
    ['won', { customerId: 'a', status: 'WON' }],
    ['lost', { customerId: 'a', status: 'LOST' }],
  ] as const);
  const paths = (customerId: string, opportunityId: string | null) =>
    orderProblems({ customerId, opportunityId }, known).map(({ path }) => path);
  expect(paths('a', 'won')).toEqual([]);
  expect(paths('a', null)).toEqual([]);
  expect(paths('b', 'won')).toEqual(['opportunityId']);
  expect(paths('a', 'lost')).toEqual(['opportunityId']);
});

test('days in a stage are whole days', () => {
  const from = new Date('2026-11-01T10:00:00Z');
  expect(daysSince(from, new Date('2026-11-03T09:59:59Z'))).toBe(1);
  expect(daysSince(from, new Date('2026-11-03T10:00:00Z'))).toBe(2);
  expect(daysSince(from, new Date('2026-10-01T10:00:00Z'))).toBe(0);
});
