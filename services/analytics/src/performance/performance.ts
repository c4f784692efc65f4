import { invalid } from '@crm/kit/errors';
import { companyCurrency } from '../company.ts';
import { daysBetween, daysOf, type Days } from '../window.ts';
import type { PerformanceTarget } from './target.fields.ts';

export type Measure = PerformanceTarget['measure'];
export type PeriodKind = PerformanceTarget['period'];

/** A month, quarter or year of the calendar. */
export type Period = Days & { readonly kind: PeriodKind };

const measures: readonly Measure[] = [
  'ORDER_AMOUNT',
  'COLLECTION_AMOUNT',
  'VISIT_COUNT',
  'NEW_CUSTOMER_COUNT',
];

/** Amounts are of the company's currency; the rest is counted. */
export const unitOf = (measure: Measure): string | null =>
  measure === 'ORDER_AMOUNT' || measure === 'COLLECTION_AMOUNT' ? companyCurrency : null;

/** The period that holds a day. */
export function periodOf(kind: PeriodKind, day: string): Period {
  switch (kind) {
    case 'MONTH':
      return { kind, ...daysOfMonth(day) };
    case 'QUARTER':
      return { kind, ...daysOf({ kind: 'THIS_QUARTER' }, day) };
    case 'YEAR':
      return { kind, ...daysOf({ kind: 'THIS_YEAR' }, day) };
  }
}

function daysOfMonth(day: string): Days {
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))];
  const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  return { from: `${day.slice(0, 7)}-01`, to: last };
}

/** How much of a period is over at the end of a day: what an even pace would have reached. */
export function elapsedShare({ from, to }: Days, today: string): string {
  if (today < from) return '0.0000';
  if (today >= to) return '1.0000';
  return ((daysBetween(from, today) + 1) / (daysBetween(from, to) + 1)).toFixed(4);
}

/** Exact decimals by measure, `"0"` where there is nothing. */
export type Actuals = Readonly<Record<Measure, string>>;

export const noActuals: Actuals = {
  ORDER_AMOUNT: '0.00',
  COLLECTION_AMOUNT: '0.00',
  VISIT_COUNT: '0',
  NEW_CUSTOMER_COUNT: '0',
};

export type Targets = { readonly [Name in Measure]?: string };

export type Progress = {
  readonly measure: Measure;
  readonly actual: string;
  readonly target: string | null;
  /** Of the target, 1 is all of it; null without one. */
  readonly attainment: string | null;
  readonly unit: string | null;
};

type Reached = { readonly actuals: Actuals; readonly targets: Targets };

export const progressOf = ({ actuals, targets }: Reached): readonly Progress[] =>
  measures.map((measure) => {
    const target = targets[measure] ?? null;
    const actual = actuals[measure];
    return { measure, actual, target, attainment: shareOf(actual, target), unit: unitOf(measure) };
  });

const shareOf = (actual: string, target: string | null): string | null =>
  target === null ? null : (Number(actual) / Number(target)).toFixed(4);

/** Adds exact amounts: cents are whole numbers. */
export function sumOf(all: readonly Actuals[]): Actuals {
  const sums = measures.map((measure) => [measure, sumOfTexts(all.map((each) => each[measure]))]);
  return { ...noActuals, ...Object.fromEntries(sums) };
}

/** What is wanted of a team that has no target of its own: that of its members together. */
export function sumOfTargets(all: readonly Targets[]): Targets {
  const given = measures.flatMap((measure) => {
    const texts = all.flatMap((each) => each[measure] ?? []);
    return texts.length === 0 ? [] : [[measure, sumOfTexts(texts)] as const];
  });
  return Object.fromEntries(given);
}

function sumOfTexts(texts: readonly string[]): string {
  const scale = Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0));
  const sum = texts.reduce((total, text) => total + unitsOf(text, scale), 0n);
  if (scale === 0) return String(sum);
  const digits = String(sum).padStart(scale + 1, '0');
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function unitsOf(text: string, scale: number): bigint {
  const [whole = '0', part = ''] = text.split('.');
  return BigInt(whole + part.padEnd(scale, '0'));
}

/** What a ranking goes by. */
export type RankedBy = { readonly measure: Measure; readonly by: 'ACTUAL' | 'ATTAINMENT' };

export type Result = {
  readonly staffId: string;
  readonly actuals: Actuals;
  readonly targets: Targets;
};

/** The best first; those without a target come after all who have one. Ties are in order of id. */
export const ranked = <Row extends Result>(
  rows: readonly Row[],
  wanted: RankedBy,
): readonly Row[] =>
  rows
    .map((row) => ({ row, key: rankKey(row, wanted) }))
    .toSorted((a, b) => b.key - a.key || (a.row.staffId < b.row.staffId ? -1 : 1))
    .map(({ row }) => row);

function rankKey({ actuals, targets }: Result, { measure, by }: RankedBy): number {
  const actual = actuals[measure];
  if (by === 'ACTUAL') return Number(actual);
  return Number(shareOf(actual, targets[measure] ?? null) ?? -1);
}

/** A day of nothing but digits may still be none of the calendar. */
export function requireDay(day: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`));
  if (isDay) return day;
  throw invalid('A period is named by one of its days', [
    { path: 'period.day', message: 'must be a date, such as 2026-11-30' },
  ]);
}
