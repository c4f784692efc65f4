import { describe, expect, test } from '@jest/globals';
import { instantOf, localTime, minutesOf } from './time-of-day.ts';

test('localTime shows calendar and clock of a zone', () => {
  const at = new Date('2026-12-31T16:30:00Z');
  expect(localTime(at, 'Asia/Shanghai')).toEqual({ date: '2027-01-01', minutes: 30 });
  expect(localTime(at, 'America/New_York')).toEqual({ date: '2026-12-31', minutes: 690 });
});

test('minutesOf reads a time of day', () => {
  expect(minutesOf('08:30')).toBe(510);
});

describe('instantOf', () => {
  test.each([
    ['2026-06-01', '09:00', 'Asia/Shanghai', '2026-06-01T01:00:00Z'],
    ['2026-03-29', '09:00', 'Europe/Berlin', '2026-03-29T07:00:00Z'],
    ['2026-03-28', '09:00', 'Europe/Berlin', '2026-03-28T08:00:00Z'],
    // Left out: clocks go from 02:00 to 03:00.
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    // Comes twice: clocks go from 03:00 back to 02:00.
    ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
    ['2026-10-25', '09:00', 'Europe/Berlin', '2026-10-25T08:00:00Z'],
  ])('%s %s in %s is %s', (date, time, zone, instant) => {
    expect(instantOf(date, time, zone)).toEqual(new Date(instant));
  });
});
