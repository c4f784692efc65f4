import { describe, expect, test } from '@jest/globals';
import { dueAt, missingHolidays, windowOf } from './due.ts';

const calendar = {
  days: new Map([1, 2, 3, 4, 5, 6, 7].map((day) => [`2026-10-0${day}`, 'HOLIDAY'] as const)),
  years: new Set([2026]),
};

const due = (given: Partial<Parameters<typeof dueAt>[0]> = {}): Date | null =>
  dueAt({
    occasionOn: '2026-10-03',
    leadDays: 0,
    graceDays: 0,
    window: { from: '09:00', to: '18:00', workdaysOnly: false },
    calendar,
    now: new Date('2026-09-20T00:00:00Z'),
    ...given,
  });

const workdays = { from: '10:30', to: '17:00', workdaysOnly: true };

describe('dueAt', () => {
  test('is when the window begins on the day, in the time of the company', () => {
    expect(due()).toEqual(new Date('2026-10-03T01:00:00Z'));
  });

  test('is so many days ahead', () => {
    expect(due({ leadDays: 5 })).toEqual(new Date('2026-09-28T01:00:00Z'));
  });

  test('is on the workday before, where the plan says so', () => {
    expect(due({ window: workdays })).toEqual(new Date('2026-09-30T02:30:00Z'));
  });

  test('is today while the window is open, and tomorrow after it', () => {
    expect(due({ leadDays: 5, now: new Date('2026-09-30T05:00:00Z') })).toEqual(
      new Date('2026-09-30T01:00:00Z'),
    );
    expect(due({ leadDays: 5, now: new Date('2026-09-30T10:00:00Z') })).toEqual(
      new Date('2026-10-01T01:00:00Z'),
    );
  });

  test('is never, once the day is over', () => {
    expect(due({ now: new Date('2026-10-03T10:00:00Z') })).toBeNull();
    // All days until the occasion are holidays.
    expect(due({ window: workdays, now: new Date('2026-10-01T00:00:00Z') })).toBeNull();
  });

  test('may come after what happened in a life', () => {
    const now = new Date('2026-10-10T02:00:00Z');
    expect(due({ graceDays: 30, now })).toEqual(new Date('2026-10-10T01:00:00Z'));
    expect(due({ graceDays: 30, window: workdays, now })).toEqual(new Date('2026-10-12T02:30:00Z'));
  });
});

test('windowOf fills what a plan leaves out', () => {
  expect(windowOf({ sendWindow: null })).toEqual({
    from: '09:00',
    to: '18:00',
    workdaysOnly: false,
  });
});

test('missingHolidays names years that a plan needs and nobody has imported', () => {
  const span = { from: '2026-12-20', to: '2027-01-05' };
  const sendWindow = { from: null, to: null, workdaysOnly: true };
  expect(missingHolidays({ sendWindow }, calendar, span)).toEqual([2027]);
  expect(missingHolidays({ sendWindow: null }, calendar, span)).toEqual([]);
});
