import { expect, test } from '@jest/globals';
import { startOfPeriod, winRateOf } from './stats.ts';

test.each([
  ['none where nothing was decided', 0, 0, null],
  ['all', 3, 0, '1.0000'],
  ['none', 0, 2, '0.0000'],
  ['a third', 1, 2, '0.3333'],
])('the win rate is %s', (_, won, lost, rate) => {
  expect(winRateOf({ won, lost })).toBe(rate);
});

test.each([
  ['MONTH', '2026-11-30', 0, '2026-11-01'],
  ['MONTH', '2026-01-31', 3, '2025-10-01'],
  ['QUARTER', '2026-11-30', 0, '2026-10-01'],
  ['QUARTER', '2026-03-31', 3, '2025-04-01'],
  ['YEAR', '2026-11-30', 15, '2011-01-01'],
] as const)('a %s of %s, %i back, begins on %s', (period, day, back, start) => {
  expect(startOfPeriod(period, day, back)).toBe(start);
});
