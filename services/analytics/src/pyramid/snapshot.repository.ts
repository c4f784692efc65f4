import { newId, idToBytes } from '@crm/kit/id';
import type { FieldClass } from '@crm/kit/record/field';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Census } from './census.ts';
import {
  PyramidDefinitionEntity,
  PyramidSnapshotEntity,
  type PyramidDefinition,
  type PyramidSnapshot,
} from './pyramid.fields.ts';
import { dueDay } from './pyramid.ts';

type Asked = { readonly now: Date; readonly today: string };

/**
 * Has a snapshot taken of a definition that nobody else holds, unless one is waiting or on its way:
 * then that one is given.
 */
export async function askForSnapshot(
  manager: EntityManager,
  { id, class: fieldClass }: PyramidDefinition,
  { now, today }: Asked,
): Promise<string> {
  const definitionId = idToBytes(id);
  const [last]: { id: string; seq: number; state: string }[] = await manager.query(
    `SELECT BIN_TO_UUID(id) AS id, seq, state FROM pyramidSnapshot
     WHERE definitionId = ? ORDER BY seq DESC LIMIT 1`,
    [definitionId],
  );
  if (last && (last.state === 'WAITING' || last.state === 'RUNNING')) return last.id;
  const snapshotId = newId();
  await manager.query(
    `INSERT INTO pyramidSnapshot (id, version, createdAt, updatedAt, definitionId, seq, asOf, state,
       progress, attempts, class) VALUES (?, 1, ?, ?, ?, ?, ?, 'WAITING', 0, 0, ?)`,
    [idToBytes(snapshotId), now, now, definitionId, (last?.seq ?? 0) + 1, today, fieldClass],
  );
  return snapshotId;
}

/** Asks for those that are due by their definitions' schedules. */
export async function askForDue(manager: EntityManager, { now, today }: Asked): Promise<void> {
  const definitions = await selectRows(
    manager,
    PyramidDefinitionEntity,
    sql`WHERE t.active = 1 AND t.deletedAt IS NULL AND t.schedule <> 'MANUAL'
      AND NOT EXISTS (SELECT 1 FROM pyramidSnapshot s WHERE s.definitionId = t.id AND s.asOf = ${today})
      ORDER BY t.id FOR UPDATE`,
  );
  for (const definition of definitions) {
    const due = dueDay(definition.schedule, today);
    const [last]: { asOf: string | null }[] = await manager.query(
      'SELECT CAST(MAX(asOf) AS CHAR) AS asOf FROM pyramidSnapshot WHERE definitionId = ?',
      [idToBytes(definition.id)],
    );
    const isDue = due !== null && (last?.asOf ?? '') < due;
    if (isDue) await askForSnapshot(manager, definition, { now, today });
  }
}

const attemptsMax = 3;

/** The next one to be taken, or to be taken up again after whoever took it was ended. */
export async function beginSnapshot(manager: EntityManager): Promise<PyramidSnapshot | null> {
  const [snapshot] = await selectRows(
    manager,
    PyramidSnapshotEntity,
    sql`WHERE t.state IN ('WAITING', 'RUNNING') ORDER BY t.createdAt, t.id LIMIT 1 FOR UPDATE`,
  );
  if (!snapshot) return null;
  const isOver = snapshot.attempts >= attemptsMax;
  await manager.query(
    `UPDATE pyramidSnapshot SET state = ?, attempts = attempts + 1, progress = 0, problem = ? WHERE id = ?`,
    [
      isOver ? 'FAILED' : 'RUNNING',
      isOver ? `was broken off ${attemptsMax} times` : null,
      idToBytes(snapshot.id),
    ],
  );
  return isOver ? null : snapshot;
}

export async function noteProgress(
  manager: EntityManager,
  id: string,
  percent: number,
): Promise<void> {
  await manager.query('UPDATE pyramidSnapshot SET progress = ? WHERE id = ?', [
    Math.min(99, Math.floor(percent)),
    idToBytes(id),
  ]);
}

export async function finishSnapshot(
  manager: EntityManager,
  id: string,
  { tiers, unplacedCount, now }: Pick<Census, 'tiers' | 'unplacedCount'> & { readonly now: Date },
): Promise<void> {
  await manager.query(
    `UPDATE pyramidSnapshot SET state = 'DONE', progress = 100, tiers = ?, unplacedCount = ?,
       finishedAt = ?, updatedAt = ?, version = version + 1 WHERE id = ?`,
    [JSON.stringify(tiers), unplacedCount, now, now, idToBytes(id)],
  );
}

export async function failSnapshot(
  manager: EntityManager,
  id: string,
  problem: string,
): Promise<void> {
  await manager.query(`UPDATE pyramidSnapshot SET state = 'FAILED', problem = ? WHERE id = ?`, [
    problem.slice(0, 500),
    idToBytes(id),
  ]);
}

export async function hasDone(manager: EntityManager, definitionId: string): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    `SELECT 1 FROM pyramidSnapshot WHERE definitionId = ? AND state = 'DONE' LIMIT 1`,
    [idToBytes(definitionId)],
  );
  return rows.length > 0;
}

/** The latest that was finished, as of a day at the latest. */
export async function snapshotAsOf(
  manager: EntityManager,
  definitionId: string,
  asOf: string | null,
): Promise<PyramidSnapshot | null> {
  const [snapshot] = await selectRows(
    manager,
    PyramidSnapshotEntity,
    sql`WHERE t.definitionId = ${idToBytes(definitionId)} AND t.state = 'DONE'
      AND t.asOf <= ${asOf ?? '9999-12-31'} ORDER BY t.seq DESC LIMIT 1`,
  );
  return snapshot ?? null;
}

/** Hides a pyramid from those who may not read what it is made of by now. */
export async function saveClass(
  manager: EntityManager,
  { id, definitionId }: PyramidSnapshot,
  fieldClass: FieldClass,
): Promise<void> {
  await manager.query('UPDATE pyramidDefinition SET class = ? WHERE id = ?', [
    fieldClass,
    idToBytes(definitionId),
  ]);
  await manager.query('UPDATE pyramidSnapshot SET class = ? WHERE id = ?', [
    fieldClass,
    idToBytes(id),
  ]);
}
