import { addDays } from '@crm/kit/day';

/** What the State Council has announced of a day: off, or worked though it is a weekend. */
export type Holiday = {
  readonly on: string;
  readonly kind: 'HOLIDAY' | 'WORKDAY';
  readonly name: string;
};

/** The days that are announced, and the years for which that is known. */
export type WorkCalendar = {
  readonly days: ReadonlyMap<string, Holiday['kind']>;
  readonly years: ReadonlySet<number>;
};

const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();

export function isWorkday({ days }: Pick<WorkCalendar, 'days'>, day: string): boolean {
  const announced = days.get(day);
  if (announced) return announced === 'WORKDAY';
  return weekday(day) !== 0 && weekday(day) !== 6;
}

/** The years of these days for which nobody has imported what is announced. */
export const unknownYears = (
  { years }: Pick<WorkCalendar, 'years'>,
  days: readonly string[],
): readonly number[] =>
  [...new Set(days.map((day) => Number(day.slice(0, 4))))].filter((year) => !years.has(year));

/** When holidays go over the New Year the days of both years are asked for. */
const daysMax = 15;

/** The day itself, or the workday before or after it. */
export function nearestWorkday(
  calendar: Pick<WorkCalendar, 'days'>,
  day: string,
  step: -1 | 1,
): string {
  for (let away = 0; away <= daysMax; away += 1) {
    const found = addDays(day, away * step);
    if (isWorkday(calendar, found)) return found;
  }
  throw new Error(`No workday within ${daysMax} days of ${day}`);
}
