import { expect, test } from '@jest/globals';
import { winRateOf } from './stats.ts';

test.each([
  ['none where nothing was decided', 0, 0, null],
  ['all', 3, 0, '1.0000'],
  ['none', 0, 2, '0.0000'],
  ['a third', 1, 2, '0.3333'],
])('the win rate is %s', (_, won, lost, rate) => {
  expect(winRateOf({ won, lost })).toBe(rate);
});
