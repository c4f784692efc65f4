import { idToBytes } from '@crm/kit/id';
import type { Criteria } from '@crm/kit/record/criteria';
import type { FieldClass } from '@crm/kit/record/field';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { ModelDefinition } from '../model/model.ts';
import { deleteMovers } from './mover.repository.ts';
import { EvaluationSimulationEntity, type EvaluationSimulation } from './simulation.fields.ts';
import type { Comparison } from './simulation.ts';

type NewSimulation = {
  readonly id: string;
  readonly now: Date;
  readonly createdById: string | null;
  readonly model: string;
  readonly definition: ModelDefinition;
  readonly population: Criteria | null;
  readonly day: string;
  readonly class: FieldClass;
};

export async function insertSimulation(
  manager: EntityManager,
  { id, now, createdById, definition, population, ...row }: NewSimulation,
): Promise<void> {
  const by = createdById === null ? null : idToBytes(createdById);
  await manager.query(
    `INSERT INTO evaluationSimulation (id, version, createdAt, createdById, updatedAt, updatedById,
       model, definition, population, state, day, class) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, 'QUEUED', ?, ?)`,
    [
      idToBytes(id),
      now,
      by,
      now,
      by,
      row.model,
      JSON.stringify(definition),
      population && JSON.stringify(population),
      row.day,
      row.class,
    ],
  );
}

export async function countUnfinished(manager: EntityManager): Promise<number> {
  const [row]: { total: number }[] = await manager.query(
    "SELECT COUNT(*) AS total FROM evaluationSimulation WHERE state IN ('QUEUED', 'RUNNING')",
  );
  return row?.total ?? 0;
}

const attemptsMax = 3;

/** The next one, or the one that was broken off, which begins anew: nothing of it is kept before its end. */
export async function beginSimulation(
  manager: EntityManager,
  now: Date,
): Promise<EvaluationSimulation | null> {
  const [simulation] = await selectRows(
    manager,
    EvaluationSimulationEntity,
    sql`WHERE t.state IN ('QUEUED', 'RUNNING') ORDER BY t.createdAt, t.id LIMIT 1 FOR UPDATE`,
  );
  if (!simulation) return null;
  if (simulation.attempts >= attemptsMax) {
    await failSimulation(manager, simulation.id, {
      failure: `It was broken off ${attemptsMax} times`,
      now,
    });
    return null;
  }
  await manager.query(
    `UPDATE evaluationSimulation SET state = 'RUNNING', attempts = attempts + 1, subjectsDone = 0,
       startedAt = ?, updatedAt = ?, version = version + 1 WHERE id = ?`,
    [now, now, idToBytes(simulation.id)],
  );
  return simulation;
}

type Progress = { readonly total: number; readonly done: number; readonly now: Date };

/** Tells whether the simulation goes on: somebody may have cancelled it. */
export async function noteProgress(
  manager: EntityManager,
  id: string,
  { total, done, now }: Progress,
): Promise<boolean> {
  const { affectedRows }: { affectedRows: number } = await manager.query(
    `UPDATE evaluationSimulation SET subjectsTotal = ?, subjectsDone = ?, updatedAt = ?,
       version = version + 1 WHERE id = ? AND state = 'RUNNING'`,
    [total, done, now, idToBytes(id)],
  );
  return affectedRows === 1;
}

type Finished = { readonly comparison: Comparison; readonly now: Date };

export async function finishSimulation(
  manager: EntityManager,
  id: string,
  { comparison, now }: Finished,
): Promise<void> {
  await manager.query(
    `UPDATE evaluationSimulation SET state = 'DONE', comparison = ?, finishedAt = ?, updatedAt = ?,
       version = version + 1 WHERE id = ? AND state = 'RUNNING'`,
    [JSON.stringify(comparison), now, now, idToBytes(id)],
  );
}

type Failed = { readonly failure: string; readonly now: Date };

export async function failSimulation(
  manager: EntityManager,
  id: string,
  { failure, now }: Failed,
): Promise<void> {
  await manager.query(
    `UPDATE evaluationSimulation SET state = 'FAILED', failure = ?, finishedAt = ?, updatedAt = ?,
       version = version + 1 WHERE id = ?`,
    [failure.slice(0, 500), now, now, idToBytes(id)],
  );
}

const daysKept = 30;
const deletedAtOnce = 10;

/** Deletes some of those that ended long ago. */
export async function pruneSimulations(manager: EntityManager, now: Date): Promise<void> {
  const before = new Date(now.getTime() - daysKept * 86_400_000);
  const old: { id: Uint8Array }[] = await manager.query(
    `SELECT id FROM evaluationSimulation WHERE finishedAt < ? ORDER BY finishedAt LIMIT ${deletedAtOnce}`,
    [before],
  );
  if (old.length === 0) return;
  const ids = old.map(({ id }) => id);
  for (const id of ids) await deleteMovers(manager, id);
  await manager.query('DELETE FROM evaluationSimulation WHERE id IN (?)', [ids]);
}
