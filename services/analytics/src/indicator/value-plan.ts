import type { Column, Entity } from '@crm/kit/record/entity';
import { columnSql } from '@crm/kit/record/store';
import { idToBytes } from '@crm/kit/id';
import { joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import {
  dateColumn,
  ownedColumn,
  subjectColumn,
  type IndicatorCatalogue,
} from './indicator-catalogue.ts';
import { examine } from './indicator-check.ts';
import { factAlias, factPart, withinSql, type AsOf, type Part } from './indicator-sql.ts';
import {
  isDerived,
  withInputs,
  type FactSource,
  type Indicator,
  type SubjectType,
} from './indicator.ts';
import { stateSource } from './state.ts';
import { subjectPart } from './subject-sql.ts';

export type Wanted = AsOf & {
  readonly indicators: readonly Indicator[];
  readonly subjectType: SubjectType;
};

/** A range of subjects, both ends included, or all that are named. */
export type Among =
  { readonly subjectIds: readonly string[] } | { readonly from: string; readonly to: string };

/** What is to be read for some indicators, whoever the subjects are. */
export type ValuePlan = {
  /** With what they are made of, each after its inputs. */
  readonly indicators: readonly Indicator[];
  readonly statements: readonly ValueStatement[];
};

export type ValueStatement = {
  readonly parts: readonly Part[];
  readonly sql: (among: Among) => Sql;
};

/**
 * One statement for each kind of fact, and one for the subjects' own fields. What a later release or
 * a retired field has left without meaning is not read, and has no value.
 */
export function planOf(catalogue: IndicatorCatalogue, wanted: Wanted): ValuePlan {
  const indicators = withInputs(wanted.indicators, catalogue.indicators);
  const usable = indicators.filter(
    (indicator) =>
      !isDerived(indicator.source) && examine(indicator, catalogue).problems.length === 0,
  );
  return {
    indicators,
    statements: [
      ...factStatements(usable, catalogue, wanted),
      ...subjectStatements(usable, catalogue, wanted),
    ],
  };
}

/** Where the subjects of a fact are named, and among whom they are. */
type Subject = (among: Among) => Found;

function subjectOf(entity: Entity, subjectType: SubjectType): Subject | undefined {
  const column = subjectColumn(entity, subjectType);
  if (column) {
    return (among) =>
      column.field.kind === 'list'
        ? listed(column, among)
        : named(columnSql(column, factAlias), among);
  }
  const customer = ownedColumn(entity, subjectType);
  return customer && ((among) => owned(customer, among));
}

type OfFact = { readonly code: string; readonly source: FactSource };

/** A balance is one of facts as they are now: of a day that is over it is not known. */
function ofFact({ code, source }: Indicator, { today, isPast }: AsOf): readonly OfFact[] {
  if (isDerived(source) || source.kind === 'FIELD') return [];
  if (source.kind !== 'STATE') return [{ code, source }];
  return isPast ? [] : [{ code, source: stateSource(source, today) }];
}

function factStatements(
  indicators: readonly Indicator[],
  catalogue: IndicatorCatalogue,
  wanted: Wanted,
): ValueStatement[] {
  const found = indicators.flatMap((indicator) => ofFact(indicator, wanted));
  return [...new Set(found.map(({ source: { fact } }) => fact))].flatMap((kind) => {
    const entity = catalogue.facts[kind];
    const subject = entity && subjectOf(entity, wanted.subjectType);
    if (!entity || !subject) return [];
    const ofKind = found.filter(({ source }) => source.fact === kind);
    const parts = ofKind.map(({ code, source }) =>
      factPart(code, source, { ...wanted, entity, catalogue }),
    );
    const only = onlySql(entity, ofKind, parts);
    return [{ parts, sql: (among) => selectSql(parts, { entity, subject, only, among }) }];
  });
}

/** A key is read no further than the indicators need, where all of them look at the same date. */
function onlySql(entity: Entity, ofKind: readonly OfFact[], parts: readonly Part[]): Sql {
  const dates = new Set(ofKind.map(({ source: { on } }) => dateColumn(entity, on)));
  const [date] = dates;
  const days = parts.map((part) => part.days);
  if (dates.size !== 1 || !date || days.includes(null)) return raw('TRUE');
  const known = days.flatMap((each) => each ?? []);
  return withinSql(date, {
    from: known.map(({ from }) => from).toSorted()[0] ?? '',
    to:
      known
        .map(({ to }) => to)
        .toSorted()
        .at(-1) ?? '',
  });
}

type Selecting = {
  readonly entity: Entity;
  readonly subject: Subject;
  readonly only: Sql;
  readonly among: Among;
};

function selectSql(parts: readonly Part[], { entity, subject, only, among }: Selecting): Sql {
  const found = subject(among);
  return sql`SELECT ${found.id} AS subjectId, ${cellsSql(parts)}
    FROM ${raw(`\`${entity.table}\` ${factAlias}`)} ${found.beside}
    WHERE ${found.isAmong} AND ${raw(`${factAlias}.deletedAt IS NULL`)} AND ${only}
    GROUP BY ${found.id}`;
}

/** Each target in a column of its own: `c0`, `c1` and so on. */
const cellsSql = (parts: readonly Part[]): Sql =>
  joinSql(
    parts.flatMap(({ targets }) => targets).map((target, at) => sql`${target} AS ${raw(`c${at}`)}`),
    ', ',
  );

type Found = { readonly id: Sql; readonly beside: Sql; readonly isAmong: Sql };

const named = (target: string, among: Among): Found => ({
  id: raw(target),
  beside: raw(''),
  isAmong: amongSql(raw(target), among),
});

/** Facts of customers whom the subject owns. */
function owned(customer: Column, among: Among): Found {
  const link = `owned.id = ${columnSql(customer, factAlias)} AND owned.deletedAt IS NULL`;
  return { ...named('owned.ownerId', among), beside: raw(`JOIN customer owned ON ${link}`) };
}

const amongSql = (id: Sql, among: Among): Sql =>
  'from' in among
    ? sql`${id} BETWEEN ${idToBytes(among.from)} AND ${idToBytes(among.to)}`
    : sql`${id} IN (${among.subjectIds.map(idToBytes)})`;

/** Of facts that tell of several subjects. Their key has each of the ids in the list. */
function listed(subject: Column, among: Among): Found {
  const list = columnSql(subject, factAlias);
  const beside = raw(`JOIN JSON_TABLE(${list}, '$[*]' COLUMNS (id CHAR(36) PATH '$')) s`);
  const id = raw("UNHEX(REPLACE(s.id, '-', ''))");
  if ('from' in among) return { id, beside, isAmong: amongSql(id, among) };
  const { subjectIds } = among;
  const isAmong = sql`JSON_OVERLAPS(${raw(list)}, ${JSON.stringify(subjectIds)}) AND s.id IN (${subjectIds})`;
  return { id, beside, isAmong };
}

function subjectStatements(
  indicators: readonly Indicator[],
  catalogue: IndicatorCatalogue,
  { subjectType, today, isPast }: Wanted,
): ValueStatement[] {
  const entity = catalogue.subjects[subjectType];
  const parts = indicators.flatMap(({ code, source }) =>
    source.kind === 'FIELD' && entity && !isPast
      ? [subjectPart(code, source, { entity, catalogue, today })]
      : [],
  );
  if (!entity || parts.length === 0) return [];
  const id = raw(`${factAlias}.id`);
  const statement = (among: Among): Sql =>
    sql`SELECT ${id} AS subjectId, ${cellsSql(parts)} FROM ${raw(`\`${entity.table}\` ${factAlias}`)}
      WHERE ${amongSql(id, among)} AND ${raw(`${factAlias}.deletedAt IS NULL`)}`;
  return [{ parts, sql: statement }];
}
