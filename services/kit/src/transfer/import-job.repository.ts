import type { EntityManager } from 'typeorm';
import { idFromBytes, idToBytes } from '../id.ts';
import type { Work } from '../record/command.ts';
import type { ImportJob } from './import-job.fields.ts';
import type { Chunk } from './import-reader.ts';
import type { RefusedRow, TakenChunk } from './import-take.ts';
import type { Stored } from './importer.ts';

type Step = { readonly job: ImportJob; readonly chunk: Chunk; readonly taken: TakenChunk };

/** Writes down how far the import is, in the transaction that stores the rows. */
export async function saveStep(work: Work, { job, chunk, taken }: Step): Promise<void> {
  const { manager, now } = work;
  const { tally, created, changed } = taken;
  await saveProblems(work, job, taken.refused);
  if (created.length + changed.length > 0) {
    await manager.query(
      'INSERT INTO importStep (jobId, rowsBefore, created, changed) VALUES (?, ?, ?, ?)',
      [idToBytes(job.id), chunk.from, pack(created), pack(changed)],
    );
  }
  const state = chunk.isLast ? 'DONE' : 'RUNNING';
  await manager.query(
    `UPDATE importJob SET state = ?, bytesRead = ?, rowsRead = ?, created = created + ?,
       updated = updated + ?, unchanged = unchanged + ?, refused = refused + ?,
       startedAt = COALESCE(startedAt, ?), finishedAt = ?, updatedAt = ?, version = version + 1
     WHERE id = ?`,
    [
      state,
      chunk.isLast ? job.bytesTotal : Math.min(chunk.bytesRead, job.bytesTotal),
      chunk.from + chunk.rows.length,
      tally.created,
      tally.updated,
      tally.unchanged,
      tally.refused,
      now,
      chunk.isLast ? now : null,
      now,
      idToBytes(job.id),
    ],
  );
}

async function saveProblems(
  { manager }: Work,
  { id }: ImportJob,
  refused: readonly RefusedRow[],
): Promise<void> {
  if (refused.length === 0) return;
  await manager.query('INSERT INTO importProblem (jobId, `row`, line, problems) VALUES ?', [
    refused.map(({ row, line, problems }) => [idToBytes(id), row, line, JSON.stringify(problems)]),
  ]);
}

const bytesEach = 20;

/** Ids with their versions, one after the other: a row for each would cost as much as the record. */
function pack(stored: readonly Stored[]): Buffer {
  const bytes = Buffer.alloc(stored.length * bytesEach);
  for (const [at, { id, version }] of stored.entries()) {
    idToBytes(id).copy(bytes, at * bytesEach);
    bytes.writeUInt32BE(version, at * bytesEach + 16);
  }
  return bytes;
}

export function unpack(bytes: Buffer): Stored[] {
  const stored: Stored[] = [];
  for (let at = 0; at < bytes.length; at += bytesEach) {
    const id = idFromBytes(bytes.subarray(at, at + 16));
    stored.push({ id, version: bytes.readUInt32BE(at + 16) });
  }
  return stored;
}

/** Ends a job that cannot go on. What was stored of it stays. */
export const saveFailure = (
  manager: EntityManager,
  { id }: ImportJob,
  { reason, now }: { readonly reason: string; readonly now: Date },
): Promise<unknown> =>
  manager.query(
    `UPDATE importJob SET state = 'FAILED', failure = ?, finishedAt = ?, updatedAt = ?,
       version = version + 1
     WHERE id = ?`,
    [reason.slice(0, 500), now, now, idToBytes(id)],
  );
