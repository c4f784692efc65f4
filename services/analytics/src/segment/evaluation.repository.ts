import { recordMany } from '@crm/kit/event/outbox';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { and, or, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { endOfRange, firstId, lastId } from '../customer/range.repository.ts';
import {
  compileStored,
  isInCompanyCurrency,
  reportFrom,
  storedScope,
  type StoredScope,
} from '../report/criteria.repository.ts';
import { movesOf, type Move } from './segment.events.ts';
import type { Cause, Segment } from './segment.fields.ts';
import { lockSegments } from './segment.repository.ts';

export type Evaluation = { readonly manager: EntityManager; readonly now: Date };

/** Holds customers that something happened with against every segment. */
export async function evaluateCustomers(
  evaluation: Evaluation,
  customerIds: readonly string[],
): Promise<void> {
  if (customerIds.length === 0) return;
  const segments = await lockSegments(evaluation.manager, raw('t.active = 1'));
  if (segments.length === 0) return;
  const scope = await storedScope(evaluation.manager, evaluation.now);
  const customers = sql`t.id IN (${[...new Set(customerIds)].map(idToBytes)})`;
  for (const segment of segments) await evaluate(evaluation, segment, { scope, customers });
}

type Asked = { readonly scope: StoredScope; readonly customers: Sql };

/** Has the customers `t` that a condition names come into a locked segment, and leave it. */
export async function evaluate(
  evaluation: Evaluation,
  segment: Segment,
  { scope, customers }: Asked,
): Promise<void> {
  const moved = await findMoved(evaluation.manager, segment, { scope, customers });
  const entered = moved.filter(({ isIn }) => isIn);
  const left = moved.filter(({ isIn }) => !isIn);
  await enter(evaluation, segment, entered);
  await leave(evaluation, segment, left);
  await recordMany(evaluation.manager, movesOf(segment, { entered, left }));
}

type Moved = Move & { readonly isIn: boolean };

type Raw = {
  readonly subjectId: Uint8Array;
  readonly isIn: number;
  readonly kind: 'EXCLUDE' | 'INCLUDE' | null;
  readonly spell: number;
  readonly isDeleted: number;
};

/** Who is in a segment and should not be, or the other way round. */
async function findMoved(
  manager: EntityManager,
  segment: Segment,
  { scope, customers }: Asked,
): Promise<Moved[]> {
  const segmentId = idToBytes(segment.id);
  const isIn = belongsSql(segment, scope);
  const { text, values } = sql`SELECT t.id AS subjectId, ${isIn} AS isIn, k.kind,
      t.deletedAt IS NOT NULL AS isDeleted,
      COALESCE(m.spell, (SELECT MAX(former.spell) FROM segmentMember former
        WHERE former.segmentId = ${segmentId} AND former.subjectId = t.id), 0) AS spell
    FROM ${reportFrom}
    LEFT JOIN segmentPick k ON k.segmentId = ${segmentId} AND k.subjectId = t.id
    LEFT JOIN segmentMember m ON m.segmentId = ${segmentId} AND m.subjectId = t.id AND m.leftAt IS NULL
    WHERE ${isInCompanyCurrency} AND ${customers} AND ${isIn} <> (m.spell IS NOT NULL)`;
  const rows: Raw[] = await manager.query(text, [...values]);
  return rows.map((row) => ({
    subjectId: idFromBytes(row.subjectId),
    isIn: row.isIn === 1,
    spell: row.spell + row.isIn,
    cause: causeOf(segment, row),
  }));
}

/** Whether the customer `t`, of which a person decided `k`, belongs to the segment: 1 or 0. */
function belongsSql({ mode, criteria, active }: Segment, scope: StoredScope): Sql {
  if (!active) return raw('FALSE');
  const isPicked = raw(`k.kind <=> 'INCLUDE'`);
  const isKept = raw(`NOT (k.kind <=> 'EXCLUDE')`);
  const isMeant = (): Sql => sql`(${compileStored(scope, criteria)}) IS TRUE`;
  const byMode: Readonly<Record<Segment['mode'], () => Sql>> = {
    DYNAMIC: isMeant,
    STATIC: () => isPicked,
    MIXED: () => and([isKept, or([isPicked, isMeant()])]),
  };
  return and([raw('t.deletedAt IS NULL'), byMode[mode]()]);
}

function causeOf({ active, mode }: Segment, { kind, isDeleted, isIn }: Raw): Cause {
  if (isDeleted === 1) return 'DELETED';
  if (!active) return 'RETIRED';
  if (mode === 'STATIC') return 'PICKED';
  if (mode === 'DYNAMIC') return 'CRITERIA';
  const isPicked = isIn === 1 ? kind === 'INCLUDE' : kind === 'EXCLUDE';
  return isPicked ? 'PICKED' : 'CRITERIA';
}

async function enter(
  { manager, now }: Evaluation,
  { id }: Segment,
  moves: readonly Move[],
): Promise<void> {
  if (moves.length === 0) return;
  await manager.query(
    'INSERT INTO segmentMember (segmentId, subjectId, spell, enteredAt, cause) VALUES ?',
    [
      moves.map(({ subjectId, spell, cause }) => [
        idToBytes(id),
        idToBytes(subjectId),
        spell,
        now,
        cause,
      ]),
    ],
  );
}

async function leave(
  { manager, now }: Evaluation,
  { id }: Segment,
  moves: readonly Move[],
): Promise<void> {
  for (const cause of new Set(moves.map((move) => move.cause))) {
    const ids = moves.filter((move) => move.cause === cause).map(({ subjectId }) => subjectId);
    await manager.query(
      `UPDATE segmentMember SET leftAt = ?, leftCause = ?
       WHERE segmentId = ? AND leftAt IS NULL AND subjectId IN (?)`,
      [now, cause, idToBytes(id), ids.map(idToBytes)],
    );
  }
}

const customersAtOnce = 5000;

type Sweep = { readonly segmentId: Uint8Array; readonly cursorId: Uint8Array };

/**
 * Goes on with holding all customers against a segment: once it was saved, and once a day, as the
 * same criteria mean others tomorrow. Tells whether there is more to do.
 */
export async function sweepMembers(evaluation: Evaluation): Promise<boolean> {
  const { manager, now } = evaluation;
  const today = companyDate(now);
  const [due]: Sweep[] = await manager.query(
    `SELECT segmentId, IF(sweep.day < ?, ?, cursorId) AS cursorId
     FROM segmentSweep sweep JOIN segment s ON s.id = segmentId
     WHERE isDone = 0 OR (sweep.day < ? AND s.active = 1) ORDER BY sweep.day, segmentId LIMIT 1`,
    [today, firstId, today],
  );
  if (!due) return false;
  const [segment] = await lockSegments(manager, sql`t.id = ${due.segmentId}`);
  const upTo = await endOfRange(manager, due.cursorId, customersAtOnce);
  if (segment) {
    const scope = await storedScope(manager, now);
    const customers = sql`t.id > ${due.cursorId} AND t.id <= ${upTo ?? lastId}`;
    await evaluate(evaluation, segment, { scope, customers });
  }
  await manager.query(
    `UPDATE segmentSweep SET day = ?, cursorId = ?, isDone = ?, doneAt = IF(?, ?, doneAt)
     WHERE segmentId = ?`,
    [today, upTo ?? lastId, upTo === null, upTo === null, now, due.segmentId],
  );
  return true;
}
