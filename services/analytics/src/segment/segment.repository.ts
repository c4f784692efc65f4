import { idToBytes } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { firstId } from '../customer/range.repository.ts';
import { SegmentEntity, type Segment } from './segment.fields.ts';

/** Every change of a customer is held against each of them. */
export const segmentsMax = 200;

/** The segments that a condition holds for, which nobody else evaluates or changes before this transaction ends. */
export const lockSegments = (manager: EntityManager, where: Sql): Promise<Segment[]> =>
  selectRows(
    manager,
    SegmentEntity,
    sql`WHERE ${and([raw('t.deletedAt IS NULL'), where])} ORDER BY t.id FOR UPDATE`,
  );

export async function countSegments(manager: EntityManager): Promise<number> {
  const [row]: { total: number }[] = await manager.query(
    'SELECT COUNT(*) AS total FROM segment WHERE active = 1 AND deletedAt IS NULL',
  );
  return row?.total ?? 0;
}

export type PickKind = 'EXCLUDE' | 'INCLUDE';

/** Keeps what people decided of single customers, whatever the criteria say. */
export async function savePicks(
  manager: EntityManager,
  segmentId: string,
  picks: readonly { readonly subjectId: string; readonly kind: PickKind }[],
): Promise<void> {
  if (picks.length === 0) return;
  await manager.query(
    `INSERT INTO segmentPick (segmentId, subjectId, kind) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE kind = fresh.kind`,
    [picks.map(({ subjectId, kind }) => [idToBytes(segmentId), idToBytes(subjectId), kind])],
  );
}

export async function dropPicks(
  manager: EntityManager,
  segmentId: string,
  subjectIds: readonly string[],
): Promise<void> {
  if (subjectIds.length === 0) return;
  await manager.query('DELETE FROM segmentPick WHERE segmentId = ? AND subjectId IN (?)', [
    idToBytes(segmentId),
    subjectIds.map(idToBytes),
  ]);
}

/** Has all customers looked at anew. */
export async function sweepAgain(
  manager: EntityManager,
  segmentId: string,
  day: string,
): Promise<void> {
  await manager.query(
    `INSERT INTO segmentSweep (segmentId, day, cursorId, isDone) VALUES (?, ?, ?, 0) AS fresh
     ON DUPLICATE KEY UPDATE day = fresh.day, cursorId = fresh.cursorId, isDone = 0`,
    [idToBytes(segmentId), day, firstId],
  );
}
