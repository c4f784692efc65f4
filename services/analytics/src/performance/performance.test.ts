import { describe, expect, test } from '@jest/globals';
import {
  elapsedShare,
  noActuals,
  periodOf,
  progressOf,
  ranked,
  sumOf,
  sumOfTargets,
  type Result,
} from './performance.ts';

test.each([
  ['MONTH', '2024-02-29', '2024-02-01', '2024-02-29'],
  ['MONTH', '2026-12-31', '2026-12-01', '2026-12-31'],
  ['QUARTER', '2026-05-15', '2026-04-01', '2026-06-30'],
  ['YEAR', '2026-01-01', '2026-01-01', '2026-12-31'],
] as const)('a %s that holds %s is from %s to %s', (kind, day, from, to) => {
  expect(periodOf(kind, day)).toEqual({ kind, from, to });
});

test.each([
  ['2026-10-31', '0.0000'],
  ['2026-11-01', '0.0333'],
  ['2026-11-15', '0.5000'],
  ['2026-11-30', '1.0000'],
  ['2026-12-01', '1.0000'],
])('on %s the share %s of November is over', (today, share) => {
  expect(elapsedShare(periodOf('MONTH', '2026-11-07'), today)).toBe(share);
});

const orders = (staffId: string, actual: string, target?: string): Result => ({
  staffId,
  actuals: { ...noActuals, ORDER_AMOUNT: actual },
  targets: target === undefined ? {} : { ORDER_AMOUNT: target },
});

describe('progress', () => {
  test('is the actual over the target, and nothing without one', () => {
    expect(progressOf(orders('a', '50.00', '200.00'))[0]).toEqual({
      measure: 'ORDER_AMOUNT',
      actual: '50.00',
      target: '200.00',
      attainment: '0.2500',
      unit: 'CNY',
    });
    expect(progressOf(orders('a', '50.00'))[0]).toMatchObject({ target: null, attainment: null });
    expect(progressOf(orders('a', '0.00'))[2]).toMatchObject({
      measure: 'VISIT_COUNT',
      unit: null,
    });
  });

  test('of a team adds exactly', () => {
    const all = ['0.10', '0.20', '90071992547409.91'].map((actual) => orders('a', actual).actuals);
    expect(sumOf(all).ORDER_AMOUNT).toBe('90071992547410.21');
    expect(sumOf([]).ORDER_AMOUNT).toBe('0');
    expect(sumOf(all).VISIT_COUNT).toBe('0');
  });

  test('of a team is wanted as far as something is wanted of its members', () => {
    const targets = [{ ORDER_AMOUNT: '10.50' }, { VISIT_COUNT: '3.00' }, { ORDER_AMOUNT: '0.75' }];
    expect(sumOfTargets(targets)).toEqual({ ORDER_AMOUNT: '11.25', VISIT_COUNT: '3.00' });
    expect(sumOfTargets([])).toEqual({});
  });
});

describe('a ranking', () => {
  const rows = [
    orders('c', '50.00', '100.00'),
    orders('d', '900.00'),
    orders('b', '50.00', '100.00'),
    orders('a', '30.00', '20.00'),
  ];
  const names = (by: 'ACTUAL' | 'ATTAINMENT'): string[] =>
    ranked(rows, { measure: 'ORDER_AMOUNT', by }).map(({ staffId }) => staffId);

  test('by attainment puts those without a target last, and equals in order', () => {
    expect(names('ATTAINMENT')).toEqual(['a', 'b', 'c', 'd']);
  });

  test('by what was reached leaves targets aside', () => {
    expect(names('ACTUAL')).toEqual(['d', 'b', 'c', 'a']);
  });
});
