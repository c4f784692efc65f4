import { addDays } from '@crm/kit/day';
import { nearestWorkday, unknownYears, type WorkCalendar } from '../occasion/holiday.ts';
import { companyTimeZone } from '../suppression/suppression.ts';
import { instantOf } from '../suppression/time-of-day.ts';
import type { CarePlan } from './plan.fields.ts';

const windowDefault = { from: '09:00', to: '18:00' } as const;

type Window = { readonly from: string; readonly to: string; readonly workdaysOnly: boolean };

export const windowOf = ({ sendWindow }: Pick<CarePlan, 'sendWindow'>): Window => ({
  from: sendWindow?.from ?? windowDefault.from,
  to: sendWindow?.to ?? windowDefault.to,
  workdaysOnly: sendWindow?.workdaysOnly ?? false,
});

type Due = {
  readonly occasionOn: string;
  readonly leadDays: number;
  /** So long after its day it may still be given. */
  readonly graceDays: number;
  readonly window: Window;
  readonly calendar: WorkCalendar;
  readonly now: Date;
};

/**
 * When care for a day is given: so many days before it, on a workday where the plan says so, or as soon
 * as possible when that is over. Null when it is too late.
 */
export function dueAt(due: Due): Date | null {
  const last = addDays(due.occasionOn, due.graceDays);
  let day = workdayFor(due, addDays(due.occasionOn, -due.leadDays), -1);
  while (day <= last) {
    if (instantOf(day, due.window.to, companyTimeZone) > due.now) {
      return instantOf(day, due.window.from, companyTimeZone);
    }
    day = workdayFor(due, addDays(day, 1), 1);
  }
  return null;
}

const workdayFor = ({ window, calendar }: Due, day: string, step: -1 | 1): string =>
  window.workdaysOnly ? nearestWorkday(calendar, day, step) : day;

type Span = { readonly from: string; readonly to: string };

/** The years of a span whose holidays a plan needs and nobody has imported. */
export const missingHolidays = (
  plan: Pick<CarePlan, 'sendWindow'>,
  calendar: WorkCalendar,
  { from, to }: Span,
): readonly number[] => (windowOf(plan).workdaysOnly ? unknownYears(calendar, [from, to]) : []);

export const missingHolidaysText = (years: readonly number[]): string =>
  `The holidays of ${years.join(', ')} are not known, and the plan sends on workdays only: importHolidays first`;
