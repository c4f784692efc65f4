import { describe, expect, test } from '@jest/globals';
import { dateRuleProblems, occurrencesBetween, occurrencesIn, type DateRule } from './date-rule.ts';

const rule = (given: Partial<DateRule>): DateRule => ({
  calendar: 'GREGORIAN',
  year: null,
  month: null,
  day: null,
  isLastDay: false,
  weekday: null,
  nth: null,
  solarTerm: null,
  leapMonthRule: 'REGULAR_MONTH',
  missingDayRule: 'LAST_DAY',
  ...given,
});

const lunar = (month: number, day: number, given: Partial<DateRule> = {}): DateRule =>
  rule({ calendar: 'CHINESE_LUNAR', month, day, ...given });

// Days of the calendar that the Hong Kong Observatory publishes.
describe('lunar festivals', () => {
  test.each([
    ['春节', lunar(1, 1), ['2025-01-29', '2026-02-17', '2027-02-06', '2028-01-26', '2034-02-19']],
    ['元宵', lunar(1, 15), ['2025-02-12', '2026-03-03', '2027-02-20', '2028-02-09']],
    ['端午', lunar(5, 5), ['2025-05-31', '2026-06-19', '2027-06-09', '2028-05-28']],
    ['七夕', lunar(7, 7), ['2025-08-29', '2026-08-19', '2027-08-08']],
    ['中秋', lunar(8, 15), ['2025-10-06', '2026-09-25', '2027-09-15', '2028-10-03']],
    ['重阳', lunar(9, 9), ['2025-10-29', '2026-10-18', '2027-10-08']],
  ])('%s', (_, festival, days) => {
    expect(days.flatMap((day) => occurrencesIn(festival, Number(day.slice(0, 4))))).toEqual(days);
  });

  test('除夕 is the last day of the twelfth month, whether that is the 29th or the 30th', () => {
    const eve = lunar(12, 1, { day: null, isLastDay: true });
    expect([2022, 2023, 2024, 2025, 2026].flatMap((year) => occurrencesIn(eve, year))).toEqual([
      '2023-01-21',
      '2024-02-09',
      '2025-01-28',
      '2026-02-16',
      '2027-02-05',
    ]);
  });
});

describe('Gregorian rules', () => {
  test.each([
    [
      'Mother’s Day, the second Sunday of May',
      { month: 5, weekday: 7, nth: 2 },
      2026,
      '2026-05-10',
    ],
    ['the same a year later', { month: 5, weekday: 7, nth: 2 }, 2027, '2027-05-09'],
    ['Thanksgiving, the fourth Thursday', { month: 11, weekday: 4, nth: 4 }, 2026, '2026-11-26'],
    ['the last Monday of May', { month: 5, weekday: 1, nth: -1 }, 2026, '2026-05-25'],
    ['the last day of February', { month: 2, isLastDay: true }, 2028, '2028-02-29'],
    ['the same in a common year', { month: 2, isLastDay: true }, 2026, '2026-02-28'],
    ['清明', { solarTerm: 'QINGMING' }, 2026, '2026-04-05'],
    ['冬至', { solarTerm: 'DONGZHI' }, 2027, '2027-12-22'],
  ])('%s', (_, given, year, day) => {
    expect(occurrencesIn(rule(given), year)).toEqual([day]);
  });

  test('a month without a fifth Sunday has none', () => {
    expect(occurrencesIn(rule({ month: 4, weekday: 7, nth: 5 }), 2026)).toEqual([]);
    expect(occurrencesIn(rule({ month: 5, weekday: 7, nth: 5 }), 2026)).toEqual(['2026-05-31']);
  });

  test('a year that is named is the only one', () => {
    const once = rule({ year: 2027, month: 3, day: 18 });
    expect(occurrencesBetween(once, { from: '2025-01-01', to: '2030-12-31' })).toEqual([
      '2027-03-18',
    ]);
  });
});

describe('a missing day', () => {
  const leapDay = { month: 2, day: 29 } as const;

  test.each([
    ['29 February falls on the 28th', rule(leapDay), 2027, '2027-02-28'],
    ['or on 1 March', rule({ ...leapDay, missingDayRule: 'NEXT_DAY' }), 2027, '2027-03-01'],
    ['and is itself in a leap year', rule(leapDay), 2028, '2028-02-29'],
    // The fifth lunar month of 2026 has 29 days: 15 June to 13 July.
    ['a lunar 30th falls on the 29th', lunar(5, 30), 2026, '2026-07-13'],
    ['or on the next first', lunar(5, 30, { missingDayRule: 'NEXT_DAY' }), 2026, '2026-07-14'],
  ])('%s', (_, given, year, day) => {
    expect(occurrencesIn(given, year)).toEqual([day]);
  });
});

// 2025 has a sixth month from 25 June and a leap sixth month from 25 July.
describe('a leap month', () => {
  test.each([
    ['REGULAR_MONTH', ['2025-07-09']],
    ['LEAP_IF_PRESENT', ['2025-08-08']],
    ['BOTH', ['2025-07-09', '2025-08-08']],
  ] as const)('%s', (leapMonthRule, days) => {
    expect(occurrencesIn(lunar(6, 15, { leapMonthRule }), 2025)).toEqual(days);
    // 2026 has no leap month: 15 of the sixth month is 28 July.
    expect(occurrencesIn(lunar(6, 15, { leapMonthRule }), 2026)).toEqual(['2026-07-28']);
  });
});

test('occurrencesBetween finds days of the lunar year that began before', () => {
  const span = { from: '2026-12-01', to: '2027-02-10' };
  expect(occurrencesBetween(lunar(12, 8), span)).toEqual(['2027-01-15']);
  expect(occurrencesBetween(lunar(1, 1), span)).toEqual(['2027-02-06']);
});

const paths = (given: Partial<DateRule>): string[] =>
  dateRuleProblems(rule(given)).map(({ path }) => path);

describe('dateRuleProblems', () => {
  test('lets through what is a rule', () => {
    expect(paths({ month: 2, day: 29 })).toEqual([]);
    expect(paths({ solarTerm: 'QINGMING' })).toEqual([]);
    expect(paths({ month: 5, weekday: 7, nth: 2 })).toEqual([]);
    expect(paths({ calendar: 'CHINESE_LUNAR', month: 12, isLastDay: true })).toEqual([]);
  });

  test.each([
    [{ month: 2 }, 'dateRule'],
    [{ month: 2, day: 1, isLastDay: true }, 'dateRule'],
    [{ month: 2, day: 30 }, 'dateRule.day'],
    [{ month: 13, day: 1 }, 'dateRule.month'],
    [{ day: 1 }, 'dateRule.month'],
    [{ month: 5, weekday: 7 }, 'dateRule.nth'],
    [{ month: 5, weekday: 8, nth: 1 }, 'dateRule.weekday'],
    [{ month: 5, weekday: 7, nth: 6 }, 'dateRule.nth'],
    [{ calendar: 'CHINESE_LUNAR', month: 5, weekday: 7, nth: 1 }, 'dateRule.calendar'],
    [{ solarTerm: 'MONDAY' }, 'dateRule.solarTerm'],
    [{ month: 2, day: 29, year: 2027 }, 'dateRule.day'],
  ] as const)('refuses %j', (given, path) => {
    expect(paths(given)).toContain(path);
  });
});
