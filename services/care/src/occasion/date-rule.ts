import type { FieldProblem } from '@crm/kit/errors';
import { lunarMonths } from '@crm/kit/calendar/lunar-year';
import { dayOfSolarTerm, solarTerms, type SolarTerm } from '@crm/kit/calendar/solar-term';

/** On which days of each year something falls. Exactly one of day, isLastDay, weekday and solarTerm says it. */
export type DateRule = {
  readonly calendar: 'CHINESE_LUNAR' | 'GREGORIAN';
  /** Of the rule's calendar; null for each year. */
  readonly year: number | null;
  /** 1 to 12; null with a solar term. */
  readonly month: number | null;
  readonly day: number | null;
  readonly isLastDay: boolean;
  /** 1 is Monday, 7 Sunday. */
  readonly weekday: number | null;
  /** The first to the fifth such weekday of the month; -1 is the last. */
  readonly nth: number | null;
  readonly solarTerm: string | null;
  readonly leapMonthRule: 'BOTH' | 'LEAP_IF_PRESENT' | 'REGULAR_MONTH';
  readonly missingDayRule: 'LAST_DAY' | 'NEXT_DAY';
};

const dayMs = 86_400_000;
const dateOfDay = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** A month of any of both calendars: its length, and days from 1 January 1970 to its first. */
type Month = { readonly days: number; readonly firstDay: number };

/** The Gregorian days on which it falls in a year of its own calendar. */
export function occurrencesIn(rule: DateRule, year: number): readonly string[] {
  if (rule.year !== null && rule.year !== year) return [];
  if (rule.solarTerm !== null) {
    return isSolarTerm(rule.solarTerm) ? [dayOfSolarTerm(year, rule.solarTerm)] : [];
  }
  return monthsOf(rule, year).flatMap((month) => dayIn(rule, month) ?? []);
}

const isSolarTerm = (name: string): name is SolarTerm => solarTerms.includes(name);

function monthsOf({ calendar, month, leapMonthRule }: DateRule, year: number): readonly Month[] {
  if (month === null) return [];
  if (calendar === 'GREGORIAN') {
    const firstDay = Date.UTC(year, month - 1, 1) / dayMs;
    return [{ firstDay, days: Date.UTC(year, month, 1) / dayMs - firstDay }];
  }
  const found = lunarMonths(year).filter((each) => each.month === month);
  if (leapMonthRule === 'BOTH') return found;
  const isLeap = leapMonthRule === 'LEAP_IF_PRESENT' && found.some((each) => each.isLeap);
  return found.filter((each) => each.isLeap === isLeap);
}

/** Null when the month has no fifth such weekday. */
function dayIn(rule: DateRule, month: Month): string | null {
  if (rule.weekday !== null) return weekdayIn(rule.weekday, rule.nth ?? 1, month);
  const day = rule.isLastDay ? month.days : (rule.day ?? 1);
  const isMissing = day > month.days;
  const shown = isMissing && rule.missingDayRule === 'LAST_DAY' ? month.days : day;
  // One after the last is the next month's first.
  return dateOfDay(month.firstDay + Math.min(shown, month.days + 1) - 1);
}

function weekdayIn(weekday: number, nth: number, { firstDay, days }: Month): string | null {
  const first = firstDay + ((weekday - weekdayOf(firstDay) + 7) % 7);
  const weeks = Math.floor((firstDay + days - 1 - first) / 7);
  const week = nth === -1 ? weeks : nth - 1;
  return week > weeks ? null : dateOfDay(first + week * 7);
}

/** 1 January 1970 was a Thursday. */
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

/** The days of a span, both ends included, on which it falls. */
export function occurrencesBetween(
  rule: DateRule,
  { from, to }: { readonly from: string; readonly to: string },
): readonly string[] {
  // A lunar year begins in the Gregorian year of its number, and ends in the next.
  const first = Number(from.slice(0, 4)) - 1;
  const last = Number(to.slice(0, 4));
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
    .flatMap((year) => occurrencesIn(rule, year))
    .filter((day) => day >= from && day <= to)
    .toSorted();
}

type Check = readonly [isBroken: boolean, path: string, message: string];

/** What makes it no rule. */
export function dateRuleProblems(rule: DateRule): FieldProblem[] {
  const { calendar, year, month, weekday, nth, solarTerm } = rule;
  const isLunar = calendar === 'CHINESE_LUNAR';
  const ways = [rule.day !== null, rule.isLastDay, weekday !== null, solarTerm !== null];
  const checks: readonly Check[] = [
    [ways.filter(Boolean).length !== 1, '', 'takes one of day, isLastDay, weekday and solarTerm'],
    [isOutside(year, 1900, 2100), '.year', 'must be from 1900 to 2100'],
    [(month === null) !== (solarTerm !== null), '.month', 'is required, but with a solar term'],
    [isOutside(month, 1, 12), '.month', 'must be from 1 to 12'],
    [
      isOutside(rule.day, 1, daysIn(rule)),
      '.day',
      `must be from 1 to ${daysIn(rule)} in this month`,
    ],
    [isOutside(weekday, 1, 7), '.weekday', 'must be from 1, Monday, to 7'],
    [
      isLunar && (weekday !== null || solarTerm !== null),
      '.calendar',
      'must be GREGORIAN for this',
    ],
    [isOutside(nth, 1, 5) && nth !== -1, '.nth', 'must be from 1 to 5, or -1 for the last'],
    [(nth === null) !== (weekday === null), '.nth', 'goes with a weekday'],
    [solarTerm !== null && !isSolarTerm(solarTerm), '.solarTerm', `takes ${solarTerms.join(', ')}`],
  ];
  return checks
    .filter(([isBroken]) => isBroken)
    .map(([, path, message]) => ({ path: `dateRule${path}`, message }));
}

const isOutside = (value: number | null, min: number, max: number): boolean =>
  value !== null && (value < min || value > max);

const someLeapYear = 2000;

/** The most that such a month has in any year. */
const daysIn = ({ calendar, year, month }: DateRule): number =>
  calendar === 'CHINESE_LUNAR' || month === null
    ? 30
    : new Date(Date.UTC(year ?? someLeapYear, month, 0)).getUTCDate();
