import { expect, test } from '@jest/globals';
import { createAllowance } from './allowance.ts';

test('an address may call a hundred times at once and twenty a second, and no other pays for it', () => {
  const { take } = createAllowance();
  const taken = (nowMs: number): number =>
    Array.from({ length: 300 }, () => take('10.0.0.1', nowMs)).filter(Boolean).length;

  expect(taken(0)).toBe(100);
  expect(take('10.0.0.2', 0)).toBe(true);
  expect(taken(1000)).toBe(20);
  expect(taken(60_000)).toBe(100);
});
