import type { AggregateArgs, KeptSums } from '@crm/kit/record/aggregate';
import type { Criteria } from '@crm/kit/record/criteria';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { allSeries, dimensions, valueSql, type Dimension, type Series } from './series.ts';

/**
 * The sums that hold a question: over the months of the day that they are kept by, by one thing of the
 * customer at most. Null for every other, which is asked of the facts.
 */
export function keptSums(
  kind: string,
  { groupBy, measures, where }: AggregateArgs,
): KeptSums | null {
  const series = seriesOf(kind, measures);
  if (!series) return null;
  const months = monthsOf(series, where ?? {});
  const keys = (groupBy ?? []).map((key) => keyOf(series, key));
  const found = new Set(keys.flatMap((key) => key?.dimension ?? []));
  if (!months || keys.includes(null) || found.size > 1) return null;
  const [dimension = 'level'] = found;
  return {
    from: fromSql(series, dimension, months),
    keys: keys.flatMap((key) => key?.target ?? []),
    figures: measures.map(({ fn }) =>
      fn === 'COUNT' ? 'CAST(SUM(r.facts) AS SIGNED)' : 'SUM(r.amount)',
    ),
    currency: 'r.currency',
    isThere: 'SUM(r.facts) <> 0',
  };
}

type Measures = AggregateArgs['measures'];

/** One that has all measures: facts counted, and the sum of one amount. */
function seriesOf(kind: string, measures: Measures): Series | null {
  const ofKind = allSeries.filter((series) => series.kind === kind);
  const isHeld = measures.every(({ fn, field }) => (field ? fn === 'SUM' : fn === 'COUNT'));
  const fields = new Set(measures.flatMap(({ field }) => field?.replace(/\.amount$/, '') || []));
  if (!isHeld || fields.size > 1) return null;
  const [field] = fields;
  return ofKind.find((series) => field === undefined || series.field === field) ?? null;
}

type Key = { readonly target: string; readonly dimension: Dimension | null };
type GroupBy = NonNullable<AggregateArgs['groupBy']>[number];

const monthKeys: Readonly<Record<string, string>> = {
  MONTH: 'r.month',
  QUARTER: 'r.month - (r.month % 100 - 1) % 3',
  YEAR: '(r.month DIV 100) * 100 + 1',
};

function keyOf({ day }: Series, { field, bucket }: GroupBy): Key | null {
  if (field === day) {
    const target = monthKeys[bucket ?? ''];
    return target === undefined ? null : { target, dimension: null };
  }
  const dimension = dimensions.find((name) => field === `customer.${name}`);
  if (!dimension || bucket) return null;
  const value = dimension === 'ownerId' ? 'UNHEX(r.value)' : 'r.value';
  return { target: `IF(r.isNone, NULL, ${value})`, dimension };
}

/** From the first month on, up to the one before the last; open ends are null. */
type Months = { readonly from: number | null; readonly before: number | null };

const always: Months = { from: null, before: null };

/** The months that a filter leaves whole; null for a filter of anything else. */
function monthsOf({ day, isInstant }: Series, where: Criteria): Months | null {
  const [only, ...more] = givenIn(where);
  if (!only) return always;
  const [name, bounds] = only;
  if (name !== day || more.length > 0 || typeof bounds !== 'object') return null;
  return givenIn({ ...bounds }).reduce<Months | null>((months, [operator, value]) => {
    const time = timeOf(value, isInstant);
    return months && time !== null ? within(months, operator, { time, isInstant }) : null;
  }, always);
}

const givenIn = (of: object): (readonly [string, unknown])[] =>
  Object.entries(of).filter(([, value]) => value !== null && value !== undefined);

const dayMs = 86_400_000;
const companyMs = 8 * 3_600_000;

/** Of the company's clock. */
function timeOf(value: unknown, isInstant: boolean): number | null {
  const isDay = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
  if (isInstant ? isDay : !isDay) return null;
  const time = value instanceof Date ? value.getTime() : Date.parse(String(value));
  return Number.isNaN(time) ? null : time + (isInstant ? companyMs : 0);
}

type Bound = { readonly time: number; readonly isInstant: boolean };

function within(months: Months, operator: string, { time, isInstant }: Bound): Months | null {
  // Of days, what is up to one is before the next.
  const next = isInstant ? null : monthAt(time + dayMs);
  if (operator === 'gte') return withFrom(months, monthAt(time));
  if (operator === 'gt') return withFrom(months, next);
  if (operator === 'lt') return withBefore(months, monthAt(time));
  return operator === 'lte' ? withBefore(months, next) : null;
}

/** As a number like 202611, where the time is the beginning of a month. */
function monthAt(time: number): number | null {
  const at = new Date(time);
  const isStart = time % dayMs === 0 && at.getUTCDate() === 1;
  return isStart ? at.getUTCFullYear() * 100 + at.getUTCMonth() + 1 : null;
}

const withFrom = (months: Months, from: number | null): Months | null =>
  from === null ? null : { ...months, from: Math.max(from, months.from ?? 0) };

const withBefore = (months: Months, before: number | null): Months | null =>
  before === null ? null : { ...months, before: Math.min(before, months.before ?? Infinity) };

/** The sums and what has changed since. Nothing, where the series is not counted whole. */
function fromSql({ code }: Series, dimension: Dimension, { from, before }: Months): Sql {
  const inMonths = sql`${from === null ? raw('TRUE') : sql`month >= ${from}`}
    AND ${before === null ? raw('TRUE') : sql`month < ${before}`}`;
  return sql`(
      SELECT month, currency, isNone, value, facts, amount FROM rollup
      WHERE series = ${code} AND dimension = ${dimension} AND ${inMonths}
      UNION ALL
      SELECT month, currency, ${raw(dimension)} IS NULL, COALESCE(${raw(valueSql(dimension, dimension))}, ''),
        facts, amount FROM rollupDelta WHERE series = ${code} AND ${inMonths}
    ) r JOIN rollupState s ON s.series = ${code} AND s.isWhole`;
}
