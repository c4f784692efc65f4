import { describe, expect, test } from '@jest/globals';
import { creditCode } from './registration-number.ts';

describe('a unified social credit code', () => {
  test.each([
    ['440300', 19_220_382, '914403001922038216'],
    ['330100', 79_965_505, '91330100799655058B'],
    ['440300', 71_526_726, '9144030071526726XG'],
  ])('of %s and %i is the one that the register gave', (division, number, code) => {
    expect(creditCode(division, number)).toBe(code);
  });
});
