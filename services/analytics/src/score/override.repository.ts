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

async function selectOverrides(
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
