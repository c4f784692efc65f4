import { describe, expect, test } from '@jest/globals';
import { isWorkday, nearestWorkday, unknownYears } from './holiday.ts';

// National Day 2026: off from 1 to 7 October; Saturday the 10th is worked instead.
const calendar = {
  days: new Map([
    ...[1, 2, 3, 4, 5, 6, 7].map((day) => [`2026-10-0${day}`, 'HOLIDAY'] as const),
    ['2026-10-10', 'WORKDAY'] as const,
  ]),
  years: new Set([2026]),
};

describe('isWorkday', () => {
  test.each([
    ['2026-09-30', true],
    ['2026-10-01', false],
    ['2026-10-08', true],
    ['2026-10-10', true],
    ['2026-10-11', false],
  ])('%s: %s', (day, works) => {
    expect(isWorkday(calendar, day)).toBe(works);
  });
});

test('nearestWorkday goes over holidays, to either side', () => {
  expect(nearestWorkday(calendar, '2026-10-03', -1)).toBe('2026-09-30');
  expect(nearestWorkday(calendar, '2026-10-03', 1)).toBe('2026-10-08');
  expect(nearestWorkday(calendar, '2026-10-10', -1)).toBe('2026-10-10');
});

test('unknownYears names each year of which nothing was announced', () => {
  expect(unknownYears(calendar, ['2026-12-31', '2027-01-01', '2027-01-04'])).toEqual([2027]);
});
