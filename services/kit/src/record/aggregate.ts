import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../context.ts';
import {
  groupSql,
  havingParts,
  havingSql,
  orderSql,
  type Having,
  type Order,
} from './aggregate-sql.ts';
import { readableTarget, unknownField, type Criteria, type CriteriaScope } from './criteria.ts';
import { customFieldKind, customFieldNamed, singleCustomTarget } from './custom-field-sql.ts';
import { withCustomColumns } from './custom-field-read.ts';
import { columnNamed, type Entity } from './entity.ts';
import { invalid } from '../errors.ts';
import type { FieldKind, Labels } from './field.ts';
import { labelsOfGroups, type Labelled } from './group-label.ts';
import { idFromBytes } from '../id.ts';
import { readScope, visibleSql } from './page.ts';
import { scopeOf } from './policy.ts';
import { joinSql, raw, sql, type Sql } from '../sql.ts';
import { columnSql, tableSql } from './store.ts';
import { asText } from '../text.ts';

export type Bucket = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';
export type AggregateFunction = 'AVG' | 'COUNT' | 'COUNT_DISTINCT' | 'MAX' | 'MIN' | 'SUM';

type GroupBy = { readonly field: string; readonly bucket?: Bucket | null };
type Measure = { readonly fn: AggregateFunction; readonly field?: string | null };
export type AggregateArgs = {
  readonly where?: Criteria | null;
  readonly groupBy?: readonly GroupBy[] | null;
  readonly measures: readonly Measure[];
  readonly having?: readonly Having[] | null;
  readonly orderBy?: readonly Order[] | null;
  readonly first?: number | null;
  /** How many groups one call may ask for: 1,000, where nobody says more. No argument of clients. */
  readonly groupsMax?: number;
  /** Sums that hold what is asked, where there are any. No argument of clients. */
  readonly kept?: KeptSums | null;
};

export type AggregateResult = {
  readonly rows: readonly {
    readonly keys: readonly {
      readonly field: string;
      readonly value: string | null;
      /** What people call the value, where that is known. */
      readonly labels: Labels | null;
    }[];
    readonly values: readonly {
      readonly fn: AggregateFunction;
      readonly field: string | null;
      readonly value: string | null;
      readonly currency: string | null;
    }[];
  }[];
  readonly hasMore: boolean;
};

const groupsDefault = 100;
const groupsMaxUsual = 1000;
const keysMax = 5;
const measuresMax = 10;

type Target = Labelled & { readonly target: string; readonly kind: FieldKind };

type Key = GroupBy & Target & { readonly as: string };
type Figure = Measure & {
  readonly target: string;
  readonly as: string;
  readonly currencyAs: string | null;
};

/** Sums by group that are kept beside the records, over what `from` gives, and hold what is asked. */
export type KeptSums = {
  readonly from: Sql;
  /** What stands there for the keys and for the measures, in their order, and for the currency. */
  readonly keys: readonly string[];
  readonly figures: readonly string[];
  readonly currency: string;
  /** Whether a group has any records. */
  readonly isThere: string;
};

/**
 * Figures by group over the records that the viewer may read. Money is grouped by currency too. Of
 * whoever reads all, sums that are kept are asked first; those that have nothing may not be complete.
 */
export const aggregateRecords = (
  context: RequestContext,
  entity: Entity,
  args: AggregateArgs,
): Promise<AggregateResult> => withCustomColumns(context, () => readGroups(context, entity, args));

async function readGroups(
  context: RequestContext,
  entity: Entity,
  args: AggregateArgs,
): Promise<AggregateResult> {
  const scope = await readScope(context, entity, args);
  const keys = readKeys(scope, args.groupBy ?? []);
  const { figures, currencies } = readFigures(scope, args.measures);
  const size = groupCount(args);
  const grouping = { keys, figures, currencies, args, size };
  const { manager } = context.app.db;
  const kept = scopeOf(context.viewer, 'read') === 'all' ? args.kept : null;
  const found = kept ? await readRows(manager, fromKept(grouping, kept)) : [];
  const rows =
    found.length > 0
      ? found
      : await readRows(manager, {
          ...grouping,
          from: sql`${raw(`${tableSql(entity, 't')} ${joinsSql(scope, args)}`)}
            WHERE ${visibleSql(context, scope, args.where ?? {})}`,
          isThere: null,
        });
  const groups = rows.slice(0, size).map((row) => keys.map((key) => valueOf(row, key)));
  const labelOf = await labelsOfGroups(context, keys, groups);
  return {
    rows: groups.map((group, at) => ({
      keys: group.map((value, key) => ({
        field: keys[key]?.field ?? '',
        value,
        labels: labelOf(key, value),
      })),
      values: figures.map((figure) => figureOf(rows[at] ?? {}, figure)),
    })),
    hasMore: rows.length > size,
  };
}

type Grouping = {
  readonly keys: readonly Key[];
  readonly figures: readonly Figure[];
  readonly currencies: readonly Grouped[];
  readonly args: AggregateArgs;
  readonly size: number;
};

type Source = Grouping & { readonly from: Sql; readonly isThere: string | null };

/** The same groups, of the sums that are kept. */
const fromKept = (
  { keys, figures, currencies, ...grouping }: Grouping,
  kept: KeptSums,
): Source => ({
  ...grouping,
  from: kept.from,
  isThere: kept.isThere,
  keys: keys.map((key, at) => ({ ...key, target: kept.keys[at] ?? key.target })),
  figures: figures.map((figure, at) => ({ ...figure, target: kept.figures[at] ?? figure.target })),
  currencies: currencies.map((each) => ({ ...each, target: kept.currency })),
});

async function readRows(
  manager: EntityManager,
  { keys, figures, currencies, args, size, from, isThere }: Source,
): Promise<Record<string, unknown>[]> {
  const groups = [...keys, ...currencies];
  const columns = [...groups, ...figures].map(({ target, as }) => raw(`${target} AS ${as}`));
  const { text, values } = sql`SELECT ${joinSql(columns, ', ')} FROM ${from} ${groupSql(groups)}
    ${havingSql([...(isThere === null ? [] : [raw(isThere)]), ...havingParts(figures, args.having ?? [])])}
    ${orderSql(keys, figures, args.orderBy ?? [])} LIMIT ${raw(String(size + 1))}`;
  return manager.query(text, [...values]);
}

function groupCount({ first, groupsMax = groupsMaxUsual }: AggregateArgs): number {
  const size = first ?? groupsDefault;
  if (size >= 1 && size <= groupsMax) return size;
  throw invalid(`Ask for 1 to ${groupsMax} groups`);
}

type Row = Readonly<Record<string, unknown>>;

const valueOf = (row: Row, { bucket, as }: Key): string | null =>
  bucket ? firstDayOf(row[as]) : textOf(row[as]);

const figureOf = (
  row: Row,
  { fn, field, as, currencyAs }: Figure,
): AggregateResult['rows'][number]['values'][number] => ({
  fn,
  field: field ?? null,
  value: textOf(row[as]),
  currency: currencyAs === null ? null : textOf(row[currencyAs]),
});

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return value instanceof Uint8Array ? idFromBytes(value) : asText(value);
}

function readKeys(scope: CriteriaScope, groupBy: readonly GroupBy[]): Key[] {
  if (groupBy.length > keysMax) throw invalid(`At most ${keysMax} group fields`);
  return groupBy.map(({ field, bucket }, at) => {
    const { target, ...is } = readTarget(scope, field);
    const key = { ...is, field, bucket: bucket ?? null, as: `k${at}` };
    if (!bucket) return { ...key, target };
    if (is.kind !== 'date' && is.kind !== 'dateTime')
      throw invalid(`${field} is no date to put in buckets`);
    const day = is.kind === 'date' ? target : `DATE(${target} + INTERVAL 8 HOUR)`;
    return { ...key, target: bucketSql[bucket](day) };
  });
}

/**
 * What tells buckets apart, in their order: the first day of a week, which begins on Monday, and of the
 * longer ones the first month as a number, `202611`, which MySQL groups by in half the time of a text.
 */
export const bucketSql: Readonly<Record<Bucket, (day: string) => string>> = {
  DAY: (day) => day,
  WEEK: (day) => `(${day} - INTERVAL WEEKDAY(${day}) DAY)`,
  MONTH: (day) => `EXTRACT(YEAR_MONTH FROM ${day})`,
  QUARTER: (day) => `(EXTRACT(YEAR_MONTH FROM ${day}) - (MONTH(${day}) - 1) % 3)`,
  YEAR: (day) => `(YEAR(${day}) * 100 + 1)`,
};

/** The first day of a bucket. */
function firstDayOf(value: unknown): string | null {
  const text = textOf(value);
  return typeof value === 'number' && text !== null
    ? `${text.slice(0, -2)}-${text.slice(-2)}-01`
    : text;
}

/** The records that a row names and whose fields are used: `customer` for `customer.level`. */
function joinsSql({ entity, alias }: CriteriaScope, { groupBy, measures }: AggregateArgs): string {
  const fields = [...(groupBy ?? []), ...measures].map(({ field }) => field ?? '');
  const names = new Set(fields.map((field) => field.split('.', 1)[0] ?? ''));
  return Object.entries(entity.relations)
    .filter(([name, { isOne }]) => isOne === true && names.has(name))
    .map(
      ([name, { to, from, foreign }]) =>
        `LEFT JOIN \`${to().table}\` \`${name}\` ON \`${name}\`.\`${foreign}\` = ${alias}.\`${from}\``,
    )
    .join(' ');
}

/** The scope of the record that a row names, and the field's name there; null for other fields. */
function joined(
  scope: CriteriaScope,
  field: string,
): { readonly scope: CriteriaScope; readonly name: string } | null {
  const [relation = '', ...rest] = field.split('.');
  const found = Object.hasOwn(scope.entity.relations, relation)
    ? scope.entity.relations[relation]
    : undefined;
  if (found?.isOne !== true || rest.length === 0) return null;
  const entity = found.to();
  return { scope: { ...scope, entity, alias: `\`${relation}\`` }, name: rest.join('.') };
}

function readTarget(scope: CriteriaScope, name: string): Target {
  const other = joined(scope, name);
  if (other) return readTarget(other.scope, other.name);
  if (name.startsWith('custom.')) {
    const field = customFieldNamed(scope, name.slice('custom.'.length));
    return { target: singleCustomTarget(field, scope.alias), kind: customFieldKind[field.type] };
  }
  const column = columnNamed(scope.entity, name);
  if (!column) throw unknownField(scope.entity, name);
  return { ...column.field, target: readableTarget(scope, column) };
}

const numeric: readonly FieldKind[] = ['decimal', 'int'];

type Grouped = { readonly target: string; readonly as: string };

function readFigures(
  scope: CriteriaScope,
  measures: readonly Measure[],
): { figures: Figure[]; currencies: Grouped[] } {
  if (measures.length === 0 || measures.length > measuresMax) {
    throw invalid(`Ask for 1 to ${measuresMax} measures`);
  }
  const currencies = new Map<string, string>();
  const figures = measures.map((measure, at) => {
    const as = `m${at}`;
    if (!measure.field) {
      if (measure.fn !== 'COUNT') throw invalid(`${measure.fn} needs a field`);
      return { ...measure, target: 'COUNT(*)', as, currencyAs: null };
    }
    const currency = currencyOf(scope, measure.field);
    if (currency && !currencies.has(currency)) currencies.set(currency, `c${currencies.size}`);
    return {
      ...measure,
      target: figureSql(scope, measure.fn, measure.field),
      as,
      currencyAs: currency ? (currencies.get(currency) ?? null) : null,
    };
  });
  return { figures, currencies: [...currencies].map(([target, as]) => ({ target, as })) };
}

function figureSql(scope: CriteriaScope, fn: AggregateFunction, field: string): string {
  const at = joined(scope, field) ?? { scope, name: field };
  const name = columnNamed(at.scope.entity, `${at.name}.amount`) ? `${at.name}.amount` : at.name;
  const { target, kind } = readTarget(at.scope, name);
  if (fn === 'COUNT_DISTINCT') return `COUNT(DISTINCT ${target})`;
  if ((fn === 'SUM' || fn === 'AVG') && !numeric.includes(kind)) {
    throw invalid(`${fn} needs a number, and ${field} is a ${kind}`);
  }
  return `${fn}(${target})`;
}

/** The currency that stands beside an amount, so that unlike ones are never added. */
function currencyOf(scope: CriteriaScope, field: string): string | null {
  const at = joined(scope, field) ?? { scope, name: field };
  const base = at.name.endsWith('.amount') ? at.name.slice(0, -'.amount'.length) : at.name;
  const beside = columnNamed(at.scope.entity, at.name)?.field.currency;
  const column = columnNamed(at.scope.entity, beside ?? `${base}.currency`);
  return column ? columnSql(column, at.scope.alias) : null;
}
