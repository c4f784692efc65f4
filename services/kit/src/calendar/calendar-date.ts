import type { FieldProblem } from '../errors.ts';
import { lunarMonth, lunarMonths, lunarYearMax, lunarYearMin } from './lunar-year.ts';

/** A day of a year by the calendar that a family keeps. */
export type CalendarDate = {
  readonly calendar: 'CHINESE_LUNAR' | 'GREGORIAN';
  /** Null when nobody knows it. */
  readonly year: number | null;
  /** 1 to 12. A leap month has the number of the month before it. */
  readonly month: number;
  readonly day: number;
  readonly leapMonth: boolean;
};

const dayMs = 86_400_000;

const dateOfDay = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** What is wrong with a day of birth. A day without a year may be one that only some years have. */
export function birthdayProblems(date: CalendarDate, today: string): FieldProblem[] {
  const { calendar, year, month } = date;
  if (year !== null && isOutside(year, lunarYearMin, lunarYearMax)) {
    return [{ path: 'birthday.year', message: `must be from ${lunarYearMin} to now` }];
  }
  if (isOutside(month, 1, 12)) {
    return [{ path: 'birthday.month', message: 'must be from 1 to 12' }];
  }
  const problem = calendar === 'GREGORIAN' ? gregorianProblem(date) : lunarProblem(date);
  if (problem) return [problem];
  return year === null || occurrenceIn(date, year) <= today
    ? []
    : [{ path: 'birthday', message: 'must not be in the future' }];
}

const isOutside = (value: number, min: number, max: number): boolean => value < min || value > max;

/** Any leap year stands for a year that is not known. */
const someLeapYear = 2000;

const daysInMonth = (year: number, month: number): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate();

function gregorianProblem({ year, month, day, leapMonth }: CalendarDate): FieldProblem | null {
  if (leapMonth) return { path: 'birthday.leapMonth', message: 'is for the lunar calendar' };
  const days = daysInMonth(year ?? someLeapYear, month);
  return day >= 1 && day <= days
    ? null
    : { path: 'birthday.day', message: `must be from 1 to ${days} in this month` };
}

function lunarProblem({ year, month, day, leapMonth }: CalendarDate): FieldProblem | null {
  const found =
    year === null
      ? { days: 30 }
      : lunarMonths(year).find((each) => each.month === month && each.isLeap === leapMonth);
  if (!found) {
    return { path: 'birthday.leapMonth', message: `${year} has no leap month ${month}` };
  }
  return day >= 1 && day <= found.days
    ? null
    : { path: 'birthday.day', message: `must be from 1 to ${found.days} in this month` };
}

/**
 * The Gregorian day on which it falls in a year of its own calendar. 29 February falls on the 28th
 * in other years, a leap month in the ordinary month of its number, and a 30th that is missing on
 * the 29th.
 */
function occurrenceIn({ calendar, month, day, leapMonth }: CalendarDate, year: number): string {
  if (calendar === 'GREGORIAN') {
    const shown = Math.min(day, daysInMonth(year, month));
    return dateOfDay(Date.UTC(year, month - 1, shown) / dayMs);
  }
  const found = lunarMonth(year, { month, leapMonth });
  if (!found) throw new Error(`The lunar year ${year} is outside of the tables`);
  return dateOfDay(found.firstDay + Math.min(day, found.days) - 1);
}

/** The next Gregorian day on which it falls, `from` included. */
export function nextOccurrence(date: CalendarDate, from: string): string {
  // A lunar year begins in the Gregorian year of its number, and ends in the next.
  const year = Number(from.slice(0, 4));
  const days = [year - 1, year, year + 1].map((each) => occurrenceIn(date, each));
  const next = days.find((day) => day >= from);
  if (next === undefined) throw new Error(`No occurrence follows ${from}`);
  return next;
}

/** Full years on a day; null when the year of birth is not known, and before it. */
export function ageOn(birthday: CalendarDate, day: string): number | null {
  if (birthday.year === null) return null;
  const born = occurrenceIn(birthday, birthday.year);
  const year = Number(day.slice(0, 4));
  const age = year - Number(born.slice(0, 4)) - (day < anniversaryIn(born, year) ? 1 : 0);
  return age < 0 ? null : age;
}

/** The day on which somebody is so many years old; null when the year of birth is not known. */
export function dayOfAge(birthday: CalendarDate, age: number): string | null {
  if (birthday.year === null) return null;
  const born = occurrenceIn(birthday, birthday.year);
  return anniversaryIn(born, Number(born.slice(0, 4)) + age);
}

/** Ages go by the Gregorian day of birth, by whatever calendar the birthday is kept. */
const anniversaryIn = (born: string, year: number): string => {
  const [, month = 1, day = 1] = born.split('-').map(Number);
  return occurrenceIn({ calendar: 'GREGORIAN', year: null, month, day, leapMonth: false }, year);
};

/**
 * The age that is reached with a birthday; null when the year of birth is not known. Years are those
 * of the birthday's calendar: who was born in the twelfth lunar month has a year more than the
 * Gregorian count would give.
 */
export function turnsOn(birthday: CalendarDate, on: string): number | null {
  if (birthday.year === null) return null;
  const year = Number(on.slice(0, 4));
  if (birthday.calendar === 'GREGORIAN') return year - birthday.year;
  const newYear = lunarMonths(year)[0];
  const isBeforeNewYear = newYear !== undefined && on < dateOfDay(newYear.firstDay);
  return year - (isBeforeNewYear ? 1 : 0) - birthday.year;
}
