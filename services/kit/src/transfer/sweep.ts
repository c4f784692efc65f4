import type { EntityManager } from 'typeorm';
import { sql } from '../sql.ts';
import { ExportJobEntity } from './export-job.fields.ts';
import { ImportJobEntity } from './import-job.fields.ts';
import { daysAfter, type TransferApp } from './retention.ts';
import { sweepFiles } from './stored-file.ts';

/** Deletes a little of what is kept no longer. Tells whether there may be more. */
export const sweepTransfers = async (
  { retention, now }: Pick<TransferApp, 'now' | 'retention'>,
  manager: EntityManager,
): Promise<boolean> => {
  const before = daysAfter(now(), -retention.jobDays);
  return (
    (await sweepFiles(manager, now())) ||
    (await sweepJobs(manager, { ...importJobs, before })) ||
    (await sweepJobs(manager, { ...exportJobs, before }))
  );
};

type Jobs = {
  readonly table: string;
  /** States in which nothing more happens by itself. */
  readonly ends: readonly string[];
  /** What is kept of a job beside it. */
  readonly parts: readonly string[];
};

const importJobs: Jobs = {
  table: ImportJobEntity.table,
  ends: ['DONE', 'FAILED', 'CANCELLED', 'REVERTED'],
  parts: ['importStep', 'importProblem', 'importKept'],
};
const exportJobs: Jobs = {
  table: ExportJobEntity.table,
  ends: ['DONE', 'FAILED', 'CANCELLED', 'REFUSED'],
  parts: [],
};

const partsSweptMax = 500;

/** A job goes after all that belongs to it. */
async function sweepJobs(
  manager: EntityManager,
  { table, ends, parts, before }: Jobs & { readonly before: Date },
): Promise<boolean> {
  const { text, values } = sql`WHERE state IN (${ends}) AND updatedAt < ${before}
    ORDER BY updatedAt LIMIT 1 FOR UPDATE SKIP LOCKED`;
  const [job]: { id: Buffer }[] = await manager.query(`SELECT id FROM ${table} ${text}`, [
    ...values,
  ]);
  if (!job) return false;
  for (const part of parts) {
    const { affectedRows } = await manager.query<{ affectedRows: number }>(
      `DELETE FROM ${part} WHERE jobId = ? LIMIT ${partsSweptMax}`,
      [job.id],
    );
    if (affectedRows === partsSweptMax) return true;
  }
  await manager.query(`DELETE FROM ${table} WHERE id = ?`, [job.id]);
  return true;
}
