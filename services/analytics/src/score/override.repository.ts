import { idFromBytes, idToBytes } from '@crm/kit/id';
import { sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { ScoreOverride } from './override.ts';

type Row = Omit<ScoreOverride, 'createdById' | 'endedById' | 'id' | 'subjectId'> & {
  readonly [Name in 'id' | 'subjectId']: Uint8Array;
} & { readonly [Name in 'createdById' | 'endedById']: Uint8Array | null };

export async function findOverrides(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ScoreOverride>> {
  if (ids.length === 0) return new Map();
  const found = await selectOverrides(manager, sql`id IN (${ids.map(idToBytes)})`);
  return new Map(found.map((override) => [override.id, override]));
}

export async function selectOverrides(
  manager: EntityManager,
  where: Sql,
): Promise<readonly ScoreOverride[]> {
  const { text, values } = sql`SELECT id, modelId, subjectId, grade, CAST(score AS CHAR) AS score,
      reason, createdAt, createdById, expiresAt, endedAt, endedById
    FROM scoreOverride WHERE ${where}`;
  const rows: Row[] = await manager.query(text, [...values]);
  return rows.map(({ id, subjectId, createdById, endedById, ...row }) => ({
    ...row,
    id: idFromBytes(id),
    subjectId: idFromBytes(subjectId),
    createdById: createdById && idFromBytes(createdById),
    endedById: endedById && idFromBytes(endedById),
  }));
}

/** Those that nobody has ended, by subject. */
export async function findActiveOverrides(
  manager: EntityManager,
  modelId: number,
  rows: readonly { readonly subjectId: string }[],
): Promise<ReadonlyMap<string, ScoreOverride>> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return new Map();
  // Rows come in the order of their ids, and overrides are few.
  const found = await selectOverrides(
    manager,
    sql`modelId = ${modelId} AND isActive = 1
      AND subjectId BETWEEN ${idToBytes(first.subjectId)} AND ${idToBytes(last.subjectId)}`,
  );
  return new Map(found.map((override) => [override.subjectId, override]));
}

/** Puts an override in the place of the one that there is. */
export async function saveOverride(
  manager: EntityManager,
  override: Omit<ScoreOverride, 'endedAt' | 'endedById'>,
): Promise<void> {
  const { modelId, subjectId, createdAt, createdById } = override;
  await endOverrides(manager, sql`modelId = ${modelId} AND subjectId = ${idToBytes(subjectId)}`, {
    at: createdAt,
    by: createdById,
  });
  await manager.query(
    `INSERT INTO scoreOverride (id, modelId, subjectId, grade, score, reason, createdAt, createdById,
       expiresAt, isActive) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
    [
      idToBytes(override.id),
      modelId,
      idToBytes(subjectId),
      override.grade,
      override.score,
      override.reason,
      createdAt,
      createdById && idToBytes(createdById),
      override.expiresAt,
    ],
  );
}

/** Ends those of the overrides that are in force. */
export async function endOverrides(
  manager: EntityManager,
  which: Sql,
  { at, by }: { readonly at: Date; readonly by: string | null },
): Promise<void> {
  const { text, values } = sql`UPDATE scoreOverride SET isActive = NULL, endedAt = ${at},
      endedById = ${by && idToBytes(by)}
    WHERE isActive = 1 AND ${which}`;
  await manager.query(text, [...values]);
}
