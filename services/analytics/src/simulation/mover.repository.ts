import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { EntityManager } from 'typeorm';
import type { Outcome } from '../score/override.ts';
import type { Simulated } from './simulation.ts';

const rowsPerStatement = 2000;

export async function deleteMovers(
  manager: EntityManager,
  simulationId: Uint8Array,
): Promise<void> {
  await manager.query('DELETE FROM simulatedMover WHERE simulationId = ?', [simulationId]);
}

export async function saveMovers(
  manager: EntityManager,
  simulationId: string,
  movers: readonly Simulated[],
): Promise<void> {
  const id = idToBytes(simulationId);
  const rows = movers.map(({ subjectId, before, after }, place) => [
    id,
    place,
    idToBytes(subjectId),
    ...cellsOf(before),
    ...cellsOf(after),
  ]);
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    await manager.query('INSERT INTO simulatedMover VALUES ?', [
      rows.slice(at, at + rowsPerStatement),
    ]);
  }
}

const cellsOf = (outcome: Outcome | null): readonly unknown[] => [
  outcome?.status ?? null,
  outcome?.score ?? null,
  outcome?.grade ?? null,
];

type Row = {
  readonly subjectId: Uint8Array;
  readonly beforeStatus: Outcome['status'] | null;
  readonly beforeScore: string | null;
  readonly beforeGrade: string | null;
  readonly afterStatus: Outcome['status'];
  readonly afterScore: string | null;
  readonly afterGrade: string | null;
};

type Range = { readonly from: number; readonly size: number };

/** Movers by their places. */
export async function findMovers(
  manager: EntityManager,
  simulationId: string,
  { from, size }: Range,
): Promise<readonly Omit<Simulated, 'subjectType'>[]> {
  const rows: Row[] = await manager.query(
    `SELECT subjectId, beforeStatus, CAST(beforeScore AS CHAR) AS beforeScore, beforeGrade,
       afterStatus, CAST(afterScore AS CHAR) AS afterScore, afterGrade
     FROM simulatedMover WHERE simulationId = ? AND place >= ? AND place < ? ORDER BY place`,
    [idToBytes(simulationId), from, from + size],
  );
  return rows.map((row) => ({
    subjectId: idFromBytes(row.subjectId),
    before: row.beforeStatus && {
      status: row.beforeStatus,
      score: row.beforeScore,
      grade: row.beforeGrade,
    },
    after: { status: row.afterStatus, score: row.afterScore, grade: row.afterGrade },
  }));
}
