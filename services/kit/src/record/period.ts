import type { Criteria } from './criteria.ts';
import { raw, sql, type Sql } from '../sql.ts';

/** When something holds, both days included. Without a first day it always did, without a last it will. */
export type Period = { readonly validFrom: string | null; readonly validTo: string | null };

export const isActiveOn = ({ validFrom, validTo }: Period, day: string): boolean =>
  (validFrom === null || validFrom <= day) && (validTo === null || validTo >= day);

/** The days on which both hold, or null when there is none. */
export function commonPeriod(a: Period, b: Period): Period | null {
  const validFrom =
    [a.validFrom, b.validFrom]
      .flatMap((day) => day ?? [])
      .toSorted()
      .at(-1) ?? null;
  const validTo = [a.validTo, b.validTo].flatMap((day) => day ?? []).toSorted()[0] ?? null;
  const isEmpty = validFrom !== null && validTo !== null && validFrom > validTo;
  return isEmpty ? null : { validFrom, validTo };
}

export const overlaps = (a: Period, b: Period): boolean => commonPeriod(a, b) !== null;

/** The records with `validFrom` and `validTo` that hold on a day, for a list. */
export const activeOn = (day: string): Criteria => ({
  all: [
    { any: [{ validFrom: { isNull: true } }, { validFrom: { lte: day } }] },
    { any: [{ validTo: { isNull: true } }, { validTo: { gte: day } }] },
  ],
});

/** The same in SQL of our own. */
export const activeOnSql = (alias: string, day: string): Sql =>
  sql`(${raw(alias)}.validFrom IS NULL OR ${raw(alias)}.validFrom <= ${day})
    AND (${raw(alias)}.validTo IS NULL OR ${raw(alias)}.validTo >= ${day})`;
