import type { EntityManager } from 'typeorm';
import { AppError, ruleViolation } from '../errors.ts';
import { idFromBytes, idToBytes } from '../id.ts';
import type { Period } from './period.ts';
import { byStart, findCycle, type RelationEdge } from './relation.ts';
import { raw, sql, type Sql } from '../sql.ts';

/** Relations of one type, as rows of `table` with `fromId`, `toId`, `type` and a period. */
type Relations = { readonly table: string; readonly type: string };

/** Ways longer than this, and more relations than this, are not looked through. */
export const reachMax = 20_000;

/**
 * Refuses a relation that would lead back to where it starts, naming the way. `namesOf` says what
 * the viewer may know of those on it. The caller has locked the type.
 */
export async function refuseCircle(
  manager: EntityManager,
  { relation, ...relations }: Relations & { readonly relation: RelationEdge },
  namesOf: (ids: readonly string[]) => Promise<readonly string[]>,
): Promise<void> {
  const edges = await findReachable(manager, relations, [relation]);
  if (edges === null) throw ruleViolation(tooDeep);
  const path = findCycle(relation, edges);
  if (path === null) return;
  const isLong = path.length > shownMax;
  const names = await namesOf(
    isLong ? [...path.slice(0, shownMax / 2), ...path.slice(-shownMax / 2)] : path,
  );
  const cycle = isLong ? names.toSpliced(shownMax / 2, 0, '…') : names;
  throw new AppError('RULE_VIOLATION', `It would go in a circle: ${cycle.join(' → ')}`, { cycle });
}

/**
 * The same for many relations of one type that come together, with few statements: which of them
 * would close a circle with what is there or with one before. `true` for those that may not be.
 */
export async function circlesAmong(
  manager: EntityManager,
  relations: Relations,
  added: readonly RelationEdge[],
): Promise<readonly boolean[]> {
  const edges = await findReachable(manager, relations, added);
  if (edges === null) throw ruleViolation(tooDeep);
  const known = byStart(edges);
  return added.map((relation) => {
    if (findCycle(relation, known) !== null) return true;
    known.set(relation.fromId, [...(known.get(relation.fromId) ?? []), relation]);
    return false;
  });
}

const tooDeep = 'They are related too deeply to be checked';

/** Of a longer way the two ends are named. */
const shownMax = 20;

/**
 * The relations on which a way back from the end of a relation to its start can lie: those above
 * it, or those below when there are too many above. Null when there are too many of both.
 */
async function findReachable(
  manager: EntityManager,
  relations: Relations,
  added: readonly RelationEdge[],
): Promise<readonly RelationEdge[] | null> {
  const period = widest(added);
  const onward = await reach(manager, relations, {
    near: 'fromId',
    far: 'toId',
    starts: added.map(({ toId }) => toId),
    period,
  });
  if (onward.length <= reachMax) return onward;
  const back = await reach(manager, relations, {
    near: 'toId',
    far: 'fromId',
    starts: added.map(({ fromId }) => fromId),
    period,
  });
  return back.length <= reachMax ? back : null;
}

/** From the first day of any of them to the last. */
const widest = (periods: readonly Period[]): Period => ({
  validFrom: periods.some(({ validFrom }) => validFrom === null)
    ? null
    : (periods.flatMap(({ validFrom }) => validFrom ?? []).toSorted()[0] ?? null),
  validTo: periods.some(({ validTo }) => validTo === null)
    ? null
    : (periods
        .flatMap(({ validTo }) => validTo ?? [])
        .toSorted()
        .at(-1) ?? null),
});

type Reach = {
  readonly near: 'fromId' | 'toId';
  readonly far: 'fromId' | 'toId';
  readonly starts: readonly string[];
  readonly period: Period;
};

/** One statement, however long the ways are. */
async function reach(
  manager: EntityManager,
  { table, type }: Relations,
  { near, far, starts, period }: Reach,
): Promise<readonly RelationEdge[]> {
  const counts = (alias: string): Sql => sql`${raw(alias)}.type = ${type}
    AND ${raw(alias)}.deletedAt IS NULL
    AND (${period.validTo} IS NULL OR ${raw(alias)}.validFrom IS NULL OR ${raw(alias)}.validFrom <= ${period.validTo})
    AND (${period.validFrom} IS NULL OR ${raw(alias)}.validTo IS NULL OR ${raw(alias)}.validTo >= ${period.validFrom})`;
  const [from, to] = [raw(`\`${near}\``), raw(`\`${far}\``)];
  const { text, values } = sql`
    WITH RECURSIVE reached (id) AS (
      SELECT CAST(UNHEX(s.hex) AS BINARY(16)) FROM JSON_TABLE(${JSON.stringify(
        starts.map((id) => idToBytes(id).toString('hex')),
      )}, '$[*]' COLUMNS (hex CHAR(32) PATH '$')) s
      UNION DISTINCT
      SELECT r.${to} FROM reached JOIN ${raw(`\`${table}\``)} r ON r.${from} = reached.id
      WHERE ${counts('r')}
      LIMIT ${raw(String(reachMax + 1))}
    )
    SELECT /*+ SET_VAR(cte_max_recursion_depth = 20002) JOIN_ORDER(reached, e) */
      e.id, e.fromId, e.toId, DATE_FORMAT(e.validFrom, '%Y-%m-%d') AS validFrom,
      DATE_FORMAT(e.validTo, '%Y-%m-%d') AS validTo
    FROM reached JOIN ${raw(`\`${table}\``)} e ON e.${from} = reached.id
    WHERE ${counts('e')} LIMIT ${raw(String(reachMax + 1))}`;
  const rows: (Period & Readonly<Record<'fromId' | 'id' | 'toId', Uint8Array>>)[] =
    await manager.query(text, [...values]);
  return rows.map(({ id, fromId, toId, validFrom, validTo }) => ({
    id: idFromBytes(id),
    fromId: idFromBytes(fromId),
    toId: idFromBytes(toId),
    validFrom,
    validTo,
  }));
}
