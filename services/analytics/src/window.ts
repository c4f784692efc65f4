import { addDays } from '@crm/kit/day';
import { invalid } from '@crm/kit/errors';

export type WindowKind =
  'ALL_TIME' | 'BETWEEN' | 'LAST_YEAR' | 'ROLLING_DAYS' | 'THIS_QUARTER' | 'THIS_YEAR';

export type TimeWindow = {
  readonly kind: WindowKind;
  readonly days?: number | null;
  readonly from?: string | null;
  readonly to?: string | null;
};

/** The first and last day, both included, as `YYYY-MM-DD`. */
export type Days = { readonly from: string; readonly to: string };

export const allTime: TimeWindow = { kind: 'ALL_TIME' };

const firstDay = '1000-01-01';
const lastDay = '9999-12-31';
const daysMax = 36_600;

/** The days of a window as seen on `today`. A year and a quarter are whole: what is dated ahead counts. */
export function daysOf(window: TimeWindow, today: string): Days {
  const year = Number(today.slice(0, 4));
  switch (window.kind) {
    case 'ALL_TIME':
      return { from: firstDay, to: lastDay };
    case 'THIS_YEAR':
      return daysOfYear(year);
    case 'LAST_YEAR':
      return daysOfYear(year - 1);
    case 'THIS_QUARTER':
      return daysOfQuarter(year, Number(today.slice(5, 7)));
    case 'ROLLING_DAYS':
      return { from: addDays(today, 1 - rollingDays(window)), to: today };
    case 'BETWEEN':
      return between(window);
  }
}

function daysOfYear(year: number): Days {
  const text = String(year).padStart(4, '0');
  return { from: `${text}-01-01`, to: `${text}-12-31` };
}

function daysOfQuarter(year: number, month: number): Days {
  const first = month - ((month - 1) % 3);
  const day = (at: number, of: number): string =>
    new Date(Date.UTC(year, at - 1, of)).toISOString().slice(0, 10);
  return { from: day(first, 1), to: day(first + 3, 0) };
}

function rollingDays({ days }: TimeWindow): number {
  if (days && Number.isInteger(days) && days >= 1 && days <= daysMax) return days;
  throw invalid(`ROLLING_DAYS takes 1 to ${daysMax} days`, [
    { path: 'window.days', message: `must be 1 to ${daysMax}` },
  ]);
}

function between({ from, to }: TimeWindow): Days {
  const days = { from: from ?? firstDay, to: to ?? lastDay };
  if (days.from <= days.to) return days;
  throw invalid('The window ends before it begins', [
    { path: 'window.to', message: 'must not be before from' },
  ]);
}

/** The instants of the days in the company's time zone: from the first, and before the second. */
export const instantsOf = ({ from, to }: Days): { readonly from: Date; readonly before: Date } => ({
  from: new Date(`${from}T00:00:00+08:00`),
  before: new Date(Date.parse(`${to}T00:00:00+08:00`) + dayMs),
});

const dayMs = 86_400_000;

/** Whole days from one date to another; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);
