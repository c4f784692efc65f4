import { addDays } from '../day.ts';
import { describe, expect, test } from '@jest/globals';
import { nextOccurrence, type CalendarDate } from './calendar-date.ts';
import { birthdaysOn, type BirthdayKey } from './falls-on.ts';

const isOf = (key: BirthdayKey, date: CalendarDate): boolean =>
  key.calendar === date.calendar &&
  key.month === date.month &&
  key.day === date.day &&
  (key.leapMonth === null || key.leapMonth === date.leapMonth);

const everyBirthday: readonly CalendarDate[] = [
  ...birthdaysOf('GREGORIAN', [false]),
  ...birthdaysOf('CHINESE_LUNAR', [false, true]),
];

function birthdaysOf(
  calendar: CalendarDate['calendar'],
  leaps: readonly boolean[],
): CalendarDate[] {
  const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return lengths.flatMap((length, at) =>
    Array.from({ length: calendar === 'GREGORIAN' ? length : 30 }, (_, day) => day + 1).flatMap(
      (day) => leaps.map((leapMonth) => ({ calendar, year: null, month: at + 1, day, leapMonth })),
    ),
  );
}

describe('the birthdays that fall on a day', () => {
  // Years with the leap months 6, 5 and none, and both ends of a Gregorian leap year.
  test.each(['2025-01-01', '2026-11-29', '2028-01-01', '2030-01-01'])(
    'are those that come next on it, for the year from %s',
    (from) => {
      const next = new Map<string, CalendarDate[]>();
      for (const date of everyBirthday) {
        const on = nextOccurrence(date, from);
        next.set(on, [...(next.get(on) ?? []), date]);
      }
      // A birthday may come twice in a year, never in so many days.
      for (let days = 0; days < 300; days++) {
        const on = addDays(from, days);
        const keys = birthdaysOn(on);
        const found = everyBirthday.filter((date) => keys.some((key) => isOf(key, date)));
        expect(found).toEqual(next.get(on) ?? []);
      }
    },
  );

  test.each([
    // The Dragon Boat Festival, and a month later in a leap month: tables of the Hong Kong Observatory.
    ['2028-05-28', 'the 5th of the 5th month', { month: 5, day: 5, leapMonth: false }, true],
    ['2028-06-27', 'the 5th of the 5th leap month', { month: 5, day: 5, leapMonth: true }, true],
    [
      '2028-06-27',
      'the 5th of the ordinary 5th month',
      { month: 5, day: 5, leapMonth: false },
      false,
    ],
    [
      '2027-06-09',
      'a leap birthday in a year without',
      { month: 5, day: 5, leapMonth: true },
      true,
    ],
    // The last day of the year of the Horse, whose twelfth month has 29 days.
    ['2027-02-05', 'the 30th of the twelfth month', { month: 12, day: 30, leapMonth: false }, true],
    ['2027-02-06', 'New Year', { month: 1, day: 1, leapMonth: false }, true],
  ])('on %s: %s', (on, _, date, expected) => {
    const birthday = { calendar: 'CHINESE_LUNAR' as const, year: null, ...date };
    expect(birthdaysOn(on).some((key) => isOf(key, birthday))).toBe(expected);
  });

  test.each([
    ['2027-02-28', 29, true],
    ['2028-02-28', 29, false],
    ['2028-02-29', 29, true],
  ])('on %s: 29 February', (on, day, expected) => {
    const birthday = {
      calendar: 'GREGORIAN' as const,
      year: null,
      month: 2,
      day,
      leapMonth: false,
    };
    expect(birthdaysOn(on).some((key) => isOf(key, birthday))).toBe(expected);
  });
});
