import type { FieldClass } from '@crm/kit/record/field';
import { and, joinSql, or, raw, sql, type Sql } from '@crm/kit/sql';
import { otherTurns } from '@crm/kit/turns';
import type { EntityManager } from 'typeorm';
import { mapAhead } from '../ahead.ts';
import { customerRanges } from '../customer/range.repository.ts';
import {
  compileStored,
  isLiveRow,
  reportFrom,
  storedScope,
} from '../report/criteria.repository.ts';
import { strictest } from '../strictness.ts';
import type { Part } from './census.ts';
import {
  inUnits,
  lookUpFactor,
  lookUpMeasures,
  readUnits,
  type KnownFactor,
} from './factor.repository.ts';
import type { PyramidDefinition } from './pyramid.fields.ts';

const customersAtOnce = 5000;
/** While one range is looked at, MySQL reads the next. */
const rangesAhead = 1;

type Plan = {
  readonly factor: KnownFactor;
  readonly indicators: Parameters<typeof readUnits>[1];
  readonly isRanked: Sql;
  readonly base: readonly Sql[];
};

/** How carefully a pyramid is kept now: what it is made of may have become stricter since it was saved. */
export async function classNow(
  manager: EntityManager,
  { class: saved, factor, measures }: PyramidDefinition,
  now: Date,
): Promise<FieldClass> {
  const looking = { manager, scope: await storedScope(manager, now) };
  const known = await lookUpFactor(looking, factor ?? {});
  const beside = await lookUpMeasures(looking, measures);
  return strictest([saved, known.class, ...beside.map((each) => each.class)]);
}

/** Reads all the customers of a pyramid with what they are ranked by, range after range. */
export async function* readParts(
  manager: EntityManager,
  definition: PyramidDefinition,
  now: Date,
): AsyncGenerator<Part> {
  const plan = await planOf(manager, definition, now);
  const ranges = customerRanges(manager, customersAtOnce);
  const read = (range: Omit<Range, 'now'>): Promise<Part> =>
    readPart(manager, plan, { ...range, now });
  for await (const part of mapAhead(ranges, read, rangesAhead)) {
    yield part;
    await otherTurns();
  }
}

async function planOf(
  manager: EntityManager,
  { factor, measures, population, base }: PyramidDefinition,
  now: Date,
): Promise<Plan> {
  const scope = await storedScope(manager, now);
  const looking = { manager, scope };
  const known = await lookUpFactor(looking, factor ?? {});
  const beside = await lookUpMeasures(looking, measures);
  return {
    factor: known,
    indicators: [
      ...(known.indicator ? [known.indicator] : []),
      ...beside.map(({ indicator }) => indicator),
    ],
    isRanked: sql`(${compileStored(scope, population)}) IS TRUE`,
    base: (base ?? []).map(({ when }) => sql`(${compileStored(scope, when)}) IS TRUE`),
  };
}

type Range = { readonly after: Uint8Array; readonly upTo: Uint8Array; readonly now: Date };
type Row = {
  readonly id: Uint8Array;
  readonly isRanked: number;
  readonly base: number | null;
  readonly value: string | number | null;
};

async function readPart(
  manager: EntityManager,
  { factor, indicators, isRanked, base }: Plan,
  { after, upTo, now }: Range,
): Promise<Part> {
  const baseAt =
    base.length === 0
      ? raw('NULL')
      : sql`CASE ${joinSql(
          base.map((when, at) => sql`WHEN ${when} THEN ${raw(String(at))}`),
          ' ',
        )} END`;
  const { text, values } = sql`SELECT t.id, ${isRanked} AS isRanked, ${baseAt} AS base,
      ${factor.target} AS value
    FROM ${reportFrom} ${factor.join}
    WHERE ${and([
      isLiveRow,
      sql`t.id > ${after} AND t.id <= ${upTo}`,
      or([isRanked, ...base]),
    ])} ORDER BY t.id`;
  const rows: Row[] = await manager.query(text, [...values]);
  const ids = rows.map(({ id }) => id);
  const units = await readUnits(manager, indicators, { ids, now });
  const found = factor.indicator ? (units[0] ?? []) : rows.map(({ value }) => inUnits(value));
  return {
    upTo,
    ids,
    values: rows.map((row, at) => (row.isRanked === 1 ? (found[at] ?? null) : null)),
    base: rows.map((row) => row.base),
    measures: factor.indicator ? units.slice(1) : units,
  };
}
