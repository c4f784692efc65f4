import { describe, expect, test } from '@jest/globals';
import { hasFallen, isRegraded } from './grade-fall.ts';

const now = { oldGrade: 'B', newScore: '30.00', newGrade: 'C' };

describe('A grade', () => {
  test.each([
    ['is the same', { oldGrade: 'C' }, false],
    ['is gone', { newScore: null, newGrade: null }, false],
    ['is another', {}, true],
    ['is the first', { oldGrade: null }, true],
  ])('that %s: %j, %s', (_, change, expected) => {
    expect(isRegraded({ ...now, ...change })).toBe(expected);
  });

  test.each([
    ['that of the day before', { score: '9.50', grade: 'A' }, false],
    ['lower than that of the day before', { score: '70.00', grade: 'B' }, true],
    ['what it was the day before', { score: '31.00', grade: 'C' }, false],
    ['of no day before, or of another version', null, false],
    ['of before one was told', undefined, false],
  ])('is compared with %s', (_, dayBefore, expected) => {
    expect(hasFallen({ ...now, dayBefore })).toBe(expected);
  });
});
