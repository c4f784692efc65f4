import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { Column, Entity } from '@crm/kit/record/entity';
import { columnSql, tableSql } from '@crm/kit/record/store';
import { joinSql, or, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import {
  dateColumn,
  ownedColumn,
  subjectColumn,
  tellsOf,
  type IndicatorCatalogue,
} from '../indicator/indicator-catalogue.ts';
import {
  countsSql,
  dayTarget,
  factAlias,
  measuredField,
  type Place,
} from '../indicator/indicator-sql.ts';
import type { FactSource } from '../indicator/indicator.ts';
import { leavesOf, type Asked, type Leaf } from './evidence.ts';

/** The facts of one kind behind one value, as a condition and what is shown of them. */
export type FactsOfKind = {
  /** Of what was asked, so that many are read by one statement. */
  readonly at: number;
  readonly kind: string;
  readonly entity: Entity;
  readonly where: Sql;
  readonly columns: Sql;
  readonly leaves: readonly string[];
};

/** A list for each value: one entry a kind of fact, none where it is made of no facts. */
export const factsBehind = (
  catalogue: IndicatorCatalogue,
  asked: readonly Asked[],
): readonly FactsOfKind[] =>
  asked.flatMap((each, at) => {
    const { facts } = leavesOf(each, catalogue);
    return [...new Set(facts.map(({ source }) => source.fact))].flatMap((kind) => {
      const entity = catalogue.facts[kind];
      if (!entity || !tellsOf(entity, each.subjectType)) return [];
      const leaves = facts.filter(({ source }) => source.fact === kind);
      const place = { ...each, entity, catalogue };
      return [{ at, kind, entity, ...partsOf(leaves, place, ofSubject(entity, each)) }];
    });
  });

function ofSubject(entity: Entity, { subjectType, subjectId }: Asked): Sql {
  const subject = subjectColumn(entity, subjectType);
  if (!subject) return ofOwned(ownedColumn(entity, subjectType), subjectId);
  const target = raw(columnSql(subject, factAlias));
  return subject.field.kind === 'list'
    ? sql`JSON_OVERLAPS(${target}, ${JSON.stringify([subjectId])})`
    : sql`${target} = ${idToBytes(subjectId)}`;
}

const ofOwned = (customer: Column | undefined, ownerId: string): Sql =>
  customer
    ? sql`${raw(columnSql(customer, factAlias))} IN (SELECT owned.id FROM customer owned
        WHERE owned.ownerId = ${idToBytes(ownerId)} AND owned.deletedAt IS NULL)`
    : raw('FALSE');

function partsOf(
  leaves: readonly Leaf<FactSource>[],
  place: Place,
  isOfSubject: Sql,
): Pick<FactsOfKind, 'columns' | 'leaves' | 'where'> {
  const counts = leaves.map(({ source }) => countsSql(source, place));
  const flags = counts.map((each) => sql`IF(${each}, '1', '0')`);
  return {
    leaves: leaves.map(({ code }) => code),
    where: sql`${isOfSubject} AND ${raw(`${factAlias}.deletedAt IS NULL`)} AND ${or(counts)}`,
    columns: sql`${idTarget(place.entity)} AS id, ${lineTarget(place.entity)} AS line,
      CAST(${dayOf(leaves, place)} AS CHAR) AS day, CAST(${valueOf(leaves, place)} AS CHAR) AS value,
      CONCAT(${joinSql(flags, ', ')}) AS flags`,
  };
}

/** A line of an order has its order's id, and a number. */
const hasLines = (entity: Entity): boolean => entity.columns.some(({ name }) => name === 'line');

const idTarget = (entity: Entity): Sql =>
  raw(hasLines(entity) ? `${factAlias}.orderId` : `${factAlias}.id`);

const lineTarget = (entity: Entity): Sql => raw(hasLines(entity) ? `${factAlias}.line` : '0');

function dayOf([first]: readonly Leaf<FactSource>[], { entity }: Place): Sql {
  const date = dateColumn(entity, first?.source.on);
  return raw(date ? dayTarget(date) : 'NULL');
}

/** Of the first that measures something. */
function valueOf(leaves: readonly Leaf<FactSource>[], place: Place): Sql {
  const [field] = leaves.flatMap(({ source }) =>
    source.kind === 'AGGREGATE' && source.measure !== 'DISTINCT'
      ? (measuredField(source, place) ?? [])
      : [],
  );
  return raw(field ? field.target(factAlias) : 'NULL');
}

/** So many at most in one statement. */
const selectsMax = 250;

async function inParts<Found>(
  manager: EntityManager,
  selects: readonly Sql[],
): Promise<readonly Found[]> {
  const rows: Found[] = [];
  for (let from = 0; from < selects.length; from += selectsMax) {
    const { text, values } = joinSql(selects.slice(from, from + selectsMax), ' UNION ALL ');
    const found: Found[] = await manager.query(text, [...values]);
    rows.push(...found);
  }
  return rows;
}

type Counted = { readonly at: number; readonly total: number };

/** How many facts there are behind each value. */
export async function countFacts(
  manager: EntityManager,
  behind: readonly FactsOfKind[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await inParts<Counted>(
    manager,
    behind.map(
      ({ at, entity, where }) =>
        sql`(SELECT ${at} AS at, COUNT(*) AS total
          FROM ${raw(tableSql(entity, factAlias))} WHERE ${where})`,
    ),
  );
  const totals = new Map<number, number>();
  for (const { at, total } of rows) {
    totals.set(at, (totals.get(at) ?? 0) + total);
  }
  return totals;
}

export type FoundFact = {
  readonly at: number;
  readonly kind: string;
  readonly id: string;
  readonly line: number;
  readonly day: string;
  readonly value: string | null;
  /** Codes of the indicators that it counts in. */
  readonly indicators: readonly string[];
};

export type FactPlace = Pick<FoundFact, 'day' | 'id' | 'kind' | 'line'>;

type Row = {
  readonly at: number;
  readonly kind: string;
  readonly id: Uint8Array;
  readonly line: number;
  readonly day: string;
  readonly value: string | null;
  readonly flags: string;
};

type Page = { readonly size: number; readonly after: FactPlace | null };

/** So many facts of each value, the latest first; of a kind no more than could be shown are read. */
export async function findFacts(
  manager: EntityManager,
  behind: readonly FactsOfKind[],
  { size, after }: Page,
): Promise<readonly FoundFact[]> {
  const rows = await inParts<Row>(
    manager,
    behind.map(
      ({ at, kind, entity, where, columns }) =>
        sql`(SELECT * FROM (SELECT ${at} AS at, ${kind} AS kind, ${columns}
            FROM ${raw(tableSql(entity, factAlias))} WHERE ${where}) fact
          WHERE ${afterSql(after)} ORDER BY day DESC, id DESC, line LIMIT ${raw(String(size))})`,
    ),
  );
  return rows
    .map(({ flags, id, ...row }) => ({
      ...row,
      id: idFromBytes(id),
      indicators: leavesIn(behind, row).filter((_, at) => flags[at] === '1'),
    }))
    .toSorted(inOrder);
}

const leavesIn = (
  behind: readonly FactsOfKind[],
  { at, kind }: Pick<Row, 'at' | 'kind'>,
): readonly string[] => behind.find((each) => each.at === at && each.kind === kind)?.leaves ?? [];

/** The latest first, then by kind. */
function inOrder(one: FoundFact, other: FoundFact): number {
  if (one.day !== other.day) return one.day < other.day ? 1 : -1;
  if (one.kind !== other.kind) return one.kind < other.kind ? -1 : 1;
  if (one.id !== other.id) return one.id < other.id ? 1 : -1;
  return one.line - other.line;
}

function afterSql(after: FactPlace | null): Sql {
  if (after === null) return raw('TRUE');
  const { day, kind, id, line } = after;
  const bytes = idToBytes(id);
  return sql`(day < ${day} OR (day = ${day} AND (kind > ${kind} OR (kind = ${kind}
    AND (id < ${bytes} OR (id = ${bytes} AND line > ${line}))))))`;
}
