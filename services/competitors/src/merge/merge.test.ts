import { expect, test } from '@jest/globals';
import { distinctName, further } from './merge.ts';

test.each([
  ['WON', 'LEADING', 'WON'],
  ['WITHDRAWN', 'ACTIVE', 'ACTIVE'],
  ['LOST', 'WITHDRAWN', 'LOST'],
] as const)('of %s and %s stays %s', (one, other, stays) => {
  expect(further(one, other)).toBe(stays);
  expect(further(other, one)).toBe(stays);
});

test('a product that is called like another is told by its former maker', () => {
  expect(distinctName('HC-200', '中控')).toBe('HC-200 (中控)');
  expect(distinctName('长'.repeat(200), '中控')).toHaveLength(200);
});
