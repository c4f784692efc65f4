import { addDays } from '@crm/kit/day';
import { invalid } from '@crm/kit/errors';
import { birthdaysOn, type BirthdayKey } from '@crm/kit/calendar/falls-on';

/** No birthday of the lunar calendar comes twice within so many days. */
const daysMax = 350;

/**
 * The days that a filter of birthdays asks for: today and so many after it, or a Gregorian month, of
 * this year or of the next when this year's is over.
 */
export function daysAsked(operator: string, value: unknown, today: string): readonly string[] {
  if (operator === 'withinDays') return daysFrom(today, whole(operator, value, [0, daysMax]) + 1);
  if (operator === 'month') return daysOfMonth(whole(operator, value, [1, 12]), today);
  throw invalid(`birthday can't be compared by ${operator}`);
}

function whole(operator: string, value: unknown, [min, max]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  const message = `must be from ${min} to ${max}`;
  throw invalid(`birthday.${operator} ${message}`, [{ path: `birthday.${operator}`, message }]);
}

const daysFrom = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => addDays(first, at));

function daysOfMonth(month: number, today: string): string[] {
  const isOver = month < Number(today.slice(5, 7));
  const year = Number(today.slice(0, 4)) + (isOver ? 1 : 0);
  const first = `${year}-${String(month).padStart(2, '0')}-01`;
  return daysFrom(first, new Date(Date.UTC(year, month, 0)).getUTCDate());
}

/** Birthdays of one calendar and month. */
type BirthdayMonth = Omit<BirthdayKey, 'day'> & { readonly days: readonly number[] };

/** All birthdays that fall on these days, a few months of each calendar. */
export function birthdayMonths(days: readonly string[]): readonly BirthdayMonth[] {
  const found = new Map<string, BirthdayMonth>();
  for (const { day, ...birthday } of days.flatMap(birthdaysOn)) {
    const key = JSON.stringify(birthday);
    found.set(key, { ...birthday, days: [...(found.get(key)?.days ?? []), day] });
  }
  return [...found.values()];
}
