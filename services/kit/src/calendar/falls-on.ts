import { addDays } from '../day.ts';
import type { CalendarDate } from './calendar-date.ts';
import { lunarMonths, type LunarMonth } from './lunar-year.ts';

/** Birthdays that fall on one day, whatever their year. */
export type BirthdayKey = {
  readonly calendar: CalendarDate['calendar'];
  readonly month: number;
  readonly day: number;
  /** Of the lunar calendar: whether it is one of a leap month; null for both. */
  readonly leapMonth: boolean | null;
};

/** The birthdays that fall on a Gregorian day, by the rules of `nextOccurrence`. */
export const birthdaysOn = (on: string): readonly BirthdayKey[] => [
  ...gregorianOn(on),
  ...lunarOn(on),
];

function gregorianOn(on: string): readonly BirthdayKey[] {
  const [month, day] = [Number(on.slice(5, 7)), Number(on.slice(8, 10))];
  const key = (dayOfKey: number): BirthdayKey => ({
    calendar: 'GREGORIAN',
    month,
    day: dayOfKey,
    leapMonth: null,
  });
  const isLeapDayToo = on.endsWith('-02-28') && addDays(on, 1).endsWith('-03-01');
  return isLeapDayToo ? [key(day), key(day + 1)] : [key(day)];
}

const dayMs = 86_400_000;

function lunarOn(on: string): readonly BirthdayKey[] {
  const number = Date.parse(`${on}T00:00:00Z`) / dayMs;
  const found = monthOf(number, Number(on.slice(0, 4)));
  if (!found) return [];
  const { month, months } = found;
  const day = number - month.firstDay + 1;
  // A 30th that the month lacks falls on its 29th.
  const days = day === 29 && month.days === 29 ? [29, 30] : [day];
  const hasLeap = months.some((each) => each.month === month.month && each.isLeap);
  return days.map((each) => ({
    calendar: 'CHINESE_LUNAR',
    month: month.month,
    day: each,
    leapMonth: hasLeap ? month.isLeap : null,
  }));
}

type Found = { readonly month: LunarMonth; readonly months: readonly LunarMonth[] };

/** A Gregorian year has days of the lunar year of its number and of the one before. */
function monthOf(number: number, year: number): Found | null {
  for (const each of [year, year - 1]) {
    const months = lunarMonths(each);
    const month = months.find(
      ({ firstDay, days }) => firstDay <= number && number < firstDay + days,
    );
    if (month) return { month, months };
  }
  return null;
}
