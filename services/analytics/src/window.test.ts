import { describe, expect, test } from '@jest/globals';
import { addDays } from '@crm/kit/day';
import { daysBetween, daysOf } from './window.ts';

const today = '2026-11-24';

describe('daysOf', () => {
  test('gives the whole of this year', () => {
    expect(daysOf({ kind: 'THIS_YEAR' }, today)).toEqual({
      from: '2026-01-01',
      to: '2026-12-31',
    });
  });

  test('gives the whole of last year', () => {
    expect(daysOf({ kind: 'LAST_YEAR' }, today)).toEqual({ from: '2025-01-01', to: '2025-12-31' });
  });

  test.each([
    ['2026-01-31', '2026-01-01', '2026-03-31'],
    ['2026-03-31', '2026-01-01', '2026-03-31'],
    ['2026-04-01', '2026-04-01', '2026-06-30'],
    ['2026-12-31', '2026-10-01', '2026-12-31'],
  ])('gives the whole quarter of %s', (day, from, to) => {
    expect(daysOf({ kind: 'THIS_QUARTER' }, day)).toEqual({ from, to });
  });

  test('counts today among the rolling days', () => {
    expect(daysOf({ kind: 'ROLLING_DAYS', days: 1 }, today)).toEqual({ from: today, to: today });
    expect(daysOf({ kind: 'ROLLING_DAYS', days: 30 }, today).from).toBe('2026-10-26');
  });

  test.each([0, -1, 1.5, 40_000, null])('refuses %s rolling days', (days) => {
    expect(() => daysOf({ kind: 'ROLLING_DAYS', days }, today)).toThrow('ROLLING_DAYS takes');
  });

  test('leaves an open end open', () => {
    expect(daysOf({ kind: 'BETWEEN', from: '2026-01-05' }, today)).toEqual({
      from: '2026-01-05',
      to: '9999-12-31',
    });
  });

  test('refuses a window that ends before it begins', () => {
    const window = { kind: 'BETWEEN', from: '2026-02-01', to: '2026-01-01' } as const;
    expect(() => daysOf(window, today)).toThrow('ends before');
  });
});

describe('days', () => {
  test('are counted over leap days and years', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
    expect(daysBetween('2025-12-31', '2026-01-01')).toBe(1);
    expect(daysBetween('2026-01-01', '2025-01-01')).toBe(-365);
  });
});
