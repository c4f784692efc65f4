import { bucketSql } from '@crm/kit/record/aggregate';
import { compileCriteria, type CriteriaScope } from '@crm/kit/record/criteria';
import type { Column, Entity } from '@crm/kit/record/entity';
import { columnSql } from '@crm/kit/record/store';
import { asText } from '@crm/kit/text';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { companyCurrency } from '../company.ts';
import { daysBetween, daysOf, instantsOf, type Days } from '../window.ts';
import { divide, trimmed } from './decimal.ts';
import {
  dateColumn,
  fieldNamed,
  type IndicatorCatalogue,
  type UsedField,
} from './indicator-catalogue.ts';
import type {
  AggregateSource,
  FactSource,
  FrequencySource,
  IndicatorMeasure,
  IndicatorValue,
  RecencySource,
} from './indicator.ts';

/** One indicator's part of a statement: what is selected, and what is made of it. */
export type Part = {
  readonly code: string;
  readonly targets: readonly Sql[];
  /** Of the targets' values, in their order. */
  readonly read: (cells: readonly unknown[]) => IndicatorValue;
  /** Of a subject without any row. */
  readonly none: IndicatorValue;
  /** The only days whose facts matter; null when all do. */
  readonly days: Days | null;
};

/** The day that values are of. */
export type AsOf = {
  /** `YYYY-MM-DD` in the company's time zone. */
  readonly today: string;
  /** Of a day that is over, nothing counts that is dated after it. What is dated ahead of today does. */
  readonly isPast: boolean;
};

export type Place = AsOf & {
  readonly entity: Entity;
  readonly catalogue: Pick<IndicatorCatalogue, 'customFields'>;
};

/** The row of the fact. */
export const factAlias = 'f';

export function factPart(code: string, source: FactSource, place: Place): Part {
  const date = dateColumn(place.entity, source.on);
  if (!date) throw new Error(`${place.entity.name} has no date`);
  const counted = { ...place, code, date, counts: countsSql(source, place) };
  if (source.kind === 'RECENCY') return recencyPart(source, counted);
  if (source.kind === 'FREQUENCY') return frequencyPart(source, counted);
  return aggregatePart(source, counted);
}

type Counted = Place & {
  readonly code: string;
  readonly date: Column;
  /** Which facts count. */
  readonly counts: Sql;
};

/** Which facts an indicator is made of, as a condition on the row. */
export function countsSql(source: FactSource, place: Place): Sql {
  const date = dateColumn(place.entity, source.on);
  if (!date) throw new Error(`${place.entity.name} has no date`);
  const field = source.kind === 'AGGREGATE' ? measuredField(source, place) : null;
  return and([
    whereSql(source, place),
    withinDays(date, countedDays(source, place)),
    ...(source.kind === 'AGGREGATE' ? [currencySql(source, field)] : []),
  ]);
}

/** What is measured of each fact; null where they are counted. */
export const measuredField = (
  { field }: AggregateSource,
  { entity, catalogue }: Place,
): UsedField | null => (field ? fieldNamed(entity, field, catalogue.customFields) : null);

/** The only days whose facts count; null when all do. */
function countedDays(source: FactSource, place: AsOf): Days | null {
  switch (source.kind) {
    case 'AGGREGATE':
      return windowDays(source, place);
    case 'RECENCY':
      return until(place.today);
    case 'FREQUENCY':
      return frequencyDays(source, place.today);
  }
}

/** The filter is the company's own: no viewer's rights have a say in it. */
function whereSql({ where }: FactSource, { entity, catalogue, today }: Place): Sql {
  const scope: CriteriaScope = {
    entity,
    alias: factAlias,
    now: new Date(`${today}T12:00:00+08:00`),
    customFields: catalogue.customFields,
    mayRead: () => true,
    readable: () => raw('TRUE'),
  };
  return where ? compileCriteria(scope, where) : raw('TRUE');
}

/** Dates are compared as they are stored, so that a key serves. */
export function withinSql(date: Column, days: Days): Sql {
  const target = raw(columnSql(date, factAlias));
  if (date.field.kind === 'date') return sql`${target} BETWEEN ${days.from} AND ${days.to}`;
  const { from, before } = instantsOf(days);
  return sql`(${target} >= ${from} AND ${target} < ${before})`;
}

const until = (today: string): Days => ({ ...daysOf({ kind: 'ALL_TIME' }, today), to: today });

const earlier = (one: string, other: string): string => (one < other ? one : other);

/** The days that a window leaves, or null for all. */
function windowDays({ window }: AggregateSource, { today, isPast }: AsOf): Days | null {
  const days = daysOf(window, today);
  if (isPast) return { from: days.from, to: earlier(days.to, today) };
  return window.kind === 'ALL_TIME' ? null : days;
}

const withinDays = (date: Column, days: Days | null): Sql =>
  days === null ? raw('TRUE') : withinSql(date, days);

function aggregatePart(source: AggregateSource, counted: Counted): Part {
  const { code, counts } = counted;
  const field = measuredField(source, counted);
  const {
    sql: target,
    none,
    isTrimmed,
  } = makers[source.measure]({ source, field, counts, counted });
  const read = ([cell]: readonly unknown[]): IndicatorValue => {
    if (cell === null || cell === undefined) return none;
    return isTrimmed ? trimmed(asText(cell)) : asText(cell);
  };
  return { code, days: windowDays(source, counted), targets: [target], read, none };
}

/** Amounts in other currencies are no part of a sum. Facts are counted whatever theirs is. */
function currencySql({ currency, measure }: AggregateSource, field: UsedField | null): Sql {
  if (!field?.currency || measure === 'DISTINCT') return raw('TRUE');
  return sql`${raw(columnSql(field.currency, factAlias))} = ${currency ?? companyCurrency}`;
}

type Measuring = {
  readonly source: AggregateSource;
  readonly field: UsedField | null;
  readonly counts: Sql;
  readonly counted: Counted;
};

type Made = {
  readonly sql: Sql;
  readonly none: IndicatorValue;
  /** Whether its places say nothing. */
  readonly isTrimmed: boolean;
};

const makers: Readonly<Record<IndicatorMeasure, (measuring: Measuring) => Made>> = {
  COUNT: ({ counts }) => whole(sql`SUM(${counts})`),
  DISTINCT: ({ source, field, counts }) =>
    whole(sql`COUNT(DISTINCT IF(${counts}, ${distinctSql(source, field)}, NULL))`),
  SUM: ({ field, counts }) => ({
    sql: sql`SUM(IF(${counts}, ${valueSql(field)}, 0))`,
    none: field?.scale ? (0).toFixed(field.scale) : '0',
    isTrimmed: field?.column === null,
  }),
  MAX: ({ field, counts }) => extreme(field, sql`MAX(IF(${counts}, ${valueSql(field)}, NULL))`),
  MIN: ({ field, counts }) => extreme(field, sql`MIN(IF(${counts}, ${valueSql(field)}, NULL))`),
  AVG: ({ field, counts }) => ({
    sql: sql`ROUND(AVG(IF(${counts}, CAST(${valueSql(field)} AS DECIMAL(30,6)), NULL)), 6)`,
    none: null,
    isTrimmed: true,
  }),
  // Each is rounded before they are added: a sum of doubles would depend on their order.
  DECAYED_SUM: ({ source: { halfLifeDays }, field, counts, counted: { date, today } }) => ({
    sql: sql`ROUND(SUM(IF(${counts}, CAST(${valueSql(field)} * POW(0.5, GREATEST(DATEDIFF(${today},
      ${raw(dayTarget(date))}), 0) * 1e0 / ${halfLifeDays}) AS DECIMAL(38,12)), 0)), 6)`,
    none: '0',
    isTrimmed: true,
  }),
};

const whole = (target: Sql): Made => ({ sql: target, none: '0', isTrimmed: false });

const extreme = (field: UsedField | null, target: Sql): Made => ({
  sql: target,
  none: null,
  isTrimmed: field?.column === null,
});

const valueSql = (field: UsedField | null): Sql => raw(field ? field.target(factAlias) : '1');

function distinctSql({ bucket }: AggregateSource, field: UsedField | null): Sql {
  if (!field?.column || !isDated(field)) return valueSql(field);
  const day = dayTarget(field.column);
  return raw(bucket ? bucketSql[bucket](day) : day);
}

const isDated = ({ kind }: UsedField): boolean => kind === 'date' || kind === 'dateTime';

/** The day in the company's time zone. */
export const dayTarget = (column: Column): string => {
  const target = columnSql(column, factAlias);
  return column.field.kind === 'date' ? target : `DATE(CONVERT_TZ(${target}, '+00:00', '+08:00'))`;
};

/** What is dated ahead was not yet. */
function recencyPart({ from }: RecencySource, { code, date, counts, today }: Counted): Part {
  const found = sql`IF(${counts}, ${raw(dayTarget(date))}, NULL)`;
  return {
    code,
    days: until(today),
    targets: [from === 'FIRST' ? sql`MIN(${found})` : sql`MAX(${found})`],
    read: ([day]) => (day === null ? null : String(daysBetween(asText(day), today))),
    none: null,
  };
}

const monthDays = 30;

function frequencyDays({ window }: Pick<FrequencySource, 'window'>, today: string): Days {
  const { from, to } = daysOf(window, today);
  return { from, to: earlier(to, today) };
}

/** Over the days of the window that have been; over all time, over those since the first fact. */
function frequencyPart({ window }: FrequencySource, counted: Counted): Part {
  const { code, date, counts, today } = counted;
  const days = frequencyDays({ window }, today);
  const first = sql`MIN(IF(${counts}, ${raw(dayTarget(date))}, NULL))`;
  const isOpen = window.kind === 'ALL_TIME' || (window.kind === 'BETWEEN' && !window.from);
  return {
    code,
    days,
    targets: [sql`SUM(${counts})`, first],
    read: ([count, firstDay]) => {
      if (firstDay === null) return '0';
      const from = isOpen ? asText(firstDay) : days.from;
      const dayCount = daysBetween(from, days.to) + 1;
      return divide(String(Number(count) * monthDays), String(dayCount)) ?? '0';
    },
    none: '0',
  };
}
