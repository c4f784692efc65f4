import { LunarYear } from 'lunar-typescript';

export type LunarMonth = {
  /** 1 to 12; a leap month has the number of the month before it. */
  readonly month: number;
  readonly isLeap: boolean;
  /** 29 or 30. */
  readonly days: number;
  /** Days from 1 January 1970 to the month's first. */
  readonly firstDay: number;
};

/** The lunar years that the tables are trusted for. */
export const lunarYearMin = 1850;
export const lunarYearMax = 2150;

const years = new Map<number, readonly LunarMonth[]>();

/** The months of a lunar year in their order. One year takes half a millisecond, so it is kept. */
export function lunarMonths(year: number): readonly LunarMonth[] {
  if (year < lunarYearMin || year > lunarYearMax) return [];
  const known = years.get(year);
  if (known) return known;
  const months = LunarYear.fromYear(year)
    .getMonthsInYear()
    .map((each) => ({
      month: Math.abs(each.getMonth()),
      isLeap: each.isLeap(),
      days: each.getDayCount(),
      firstDay: Math.round(each.getFirstJulianDay() - julianDayOfEpoch),
    }));
  years.set(year, months);
  return months;
}

/** Noon of 1 January 1970; lunar months begin at noon of their first day in Julian days. */
const julianDayOfEpoch = 2_440_588;

/** A day in the year that has no leap month of this number falls in the ordinary one. */
export const lunarMonth = (
  year: number,
  { month, leapMonth }: { readonly month: number; readonly leapMonth: boolean },
): LunarMonth | undefined => {
  const months = lunarMonths(year).filter((each) => each.month === month);
  return months.find(({ isLeap }) => isLeap === leapMonth) ?? months[0];
};
