import { describe, expect, test } from '@jest/globals';
import {
  ageOn,
  birthdayProblems,
  dayOfAge,
  nextOccurrence,
  type CalendarDate,
} from './calendar-date.ts';
import { lunarMonths } from './lunar-year.ts';

const today = '2026-11-24';

const date = (given: Partial<CalendarDate>): CalendarDate => ({
  calendar: 'GREGORIAN',
  year: null,
  month: 1,
  day: 1,
  leapMonth: false,
  ...given,
});

const lunar = (given: Partial<CalendarDate>): CalendarDate =>
  date({ calendar: 'CHINESE_LUNAR', ...given });

describe('birthdayProblems', () => {
  test.each([
    ['29 February of a leap year', date({ year: 2000, month: 2, day: 29 })],
    ['29 February without a year', date({ month: 2, day: 29 })],
    [
      'a day of a leap month that the year has',
      lunar({ year: 2025, month: 6, day: 29, leapMonth: true }),
    ],
    ['a 30th of a lunar month that has one', lunar({ year: 2025, month: 6, day: 30 })],
    ['a 30th of a lunar month without a year', lunar({ month: 12, day: 30 })],
    ['a leap month without a year', lunar({ month: 4, day: 8, leapMonth: true })],
    ['today', date({ year: 2026, month: 11, day: 24 })],
  ])('accepts %s', (_, birthday) => {
    expect(birthdayProblems(birthday, today)).toEqual([]);
  });

  test.each([
    ['29 February of 1900', date({ year: 1900, month: 2, day: 29 }), 'birthday.day'],
    ['31 April', date({ month: 4, day: 31 }), 'birthday.day'],
    ['day 0', date({ day: 0 }), 'birthday.day'],
    ['month 13', date({ month: 13 }), 'birthday.month'],
    ['a Gregorian leap month', date({ leapMonth: true }), 'birthday.leapMonth'],
    [
      'a leap month that the year has not',
      lunar({ year: 2025, month: 5, leapMonth: true }),
      'birthday.leapMonth',
    ],
    [
      'a 30th of a short leap month',
      lunar({ year: 2025, month: 6, day: 30, leapMonth: true }),
      'birthday.day',
    ],
    ['a 30th of a short lunar month', lunar({ year: 2025, month: 2, day: 30 }), 'birthday.day'],
    ['a 31st of a lunar month', lunar({ day: 31 }), 'birthday.day'],
    ['tomorrow', date({ year: 2026, month: 11, day: 25 }), 'birthday'],
    ['a lunar day that is still to come', lunar({ year: 2026, month: 12, day: 1 }), 'birthday'],
    ['a year long ago', date({ year: 1700 }), 'birthday.year'],
  ])('refuses %s', (_, birthday, path) => {
    expect(birthdayProblems(birthday, today)).toMatchObject([{ path }]);
  });
});

describe('nextOccurrence', () => {
  test.each([
    ['is today when it falls on today', date({ month: 11, day: 24 }), today, today],
    ['is in the next year once it is past', date({ month: 11, day: 23 }), today, '2027-11-23'],
    ['of 29 February is the 28th in other years', date({ month: 2, day: 29 }), today, '2027-02-28'],
    [
      'of 29 February is itself in a leap year',
      date({ month: 2, day: 29 }),
      '2028-01-01',
      '2028-02-29',
    ],
    ['of the lunar New Year 2027 is 6 February', lunar({}), today, '2027-02-06'],
    ['of Mid-Autumn 2024', lunar({ month: 8, day: 15 }), '2024-01-01', '2024-09-17'],
    [
      'of Mid-Autumn 2025, after a leap month',
      lunar({ month: 8, day: 15 }),
      '2025-01-01',
      '2025-10-06',
    ],
    ['of Mid-Autumn 2026', lunar({ month: 8, day: 15 }), '2026-01-01', '2026-09-25'],
    [
      'of a leap month is in it when there is one',
      lunar({ month: 6, day: 1, leapMonth: true }),
      '2025-07-01',
      '2025-07-25',
    ],
    [
      'of a leap month is in the ordinary one else',
      lunar({ month: 6, day: 1, leapMonth: true }),
      '2026-01-01',
      '2026-07-14',
    ],
    ['of a missing 30th is the 29th', lunar({ month: 12, day: 30 }), '2026-01-01', '2026-02-16'],
    [
      'of an ordinary month stays ordinary in a leap year',
      lunar({ month: 6, day: 1 }),
      '2025-01-01',
      '2025-06-25',
    ],
  ])('%s', (...[, birthday, from, expected]) => {
    expect(nextOccurrence(birthday, from)).toBe(expected);
  });

  test('is never before the day asked from, nor more than 13 months after it', () => {
    for (let month = 1; month <= 12; month += 1) {
      for (const leapMonth of [false, true]) {
        for (let year = 1990; year < 2060; year += 1) {
          const next = nextOccurrence(lunar({ month, day: 30, leapMonth }), `${year}-03-05`);
          expect(next >= `${year}-03-05`).toBe(true);
          expect(next < `${year + 1}-04-05`).toBe(true);
        }
      }
    }
  });
});

describe('lunarMonths', () => {
  test('follow each other without a gap over 150 years', () => {
    const months = Array.from({ length: 150 }, (_, at) => lunarMonths(1940 + at)).flat();
    const gaps = months.filter((month, at) => {
      const after = months[at + 1];
      return after !== undefined && after.firstDay !== month.firstDay + month.days;
    });

    expect(gaps).toEqual([]);
  });
});

describe('ageOn', () => {
  test('counts full years by either calendar', () => {
    expect(ageOn(date({ year: 2012, month: 11, day: 25 }), today)).toBe(13);
    expect(ageOn(date({ year: 2012, month: 11, day: 24 }), today)).toBe(14);
    expect(ageOn(lunar({ year: 2012, month: 12, day: 1 }), today)).toBe(13);
    expect(ageOn(date({}), today)).toBeNull();
    expect(ageOn(date({ year: 2020 }), '2019-12-31')).toBeNull();
  });

  test('of 29 February comes on the 28th in other years', () => {
    const leapling = date({ year: 2012, month: 2, day: 29 });
    expect(ageOn(leapling, '2026-02-27')).toBe(13);
    expect(ageOn(leapling, '2026-02-28')).toBe(14);
    expect(ageOn(leapling, '2028-02-28')).toBe(15);
    expect(ageOn(leapling, '2028-02-29')).toBe(16);
  });

  test('turns on the day that dayOfAge says', () => {
    for (const birthday of [
      date({ year: 2012, month: 2, day: 29 }),
      date({ year: 2012, month: 12, day: 31 }),
      lunar({ year: 2012, month: 12, day: 29 }),
      lunar({ year: 2014, month: 9, day: 30, leapMonth: true }),
    ]) {
      const turning = dayOfAge(birthday, 14) ?? '';
      const before = new Date(Date.parse(turning) - 86_400_000).toISOString().slice(0, 10);
      expect([ageOn(birthday, before), ageOn(birthday, turning)]).toEqual([13, 14]);
    }
    expect(dayOfAge(date({}), 14)).toBeNull();
  });
});
