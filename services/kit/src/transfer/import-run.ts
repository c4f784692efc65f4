import { describeError } from '../describe-error.ts';
import type { App } from '../context.ts';
import type { Work } from '../record/command.ts';
import { selectRows } from '../record/store.ts';
import type { StepwiseWork } from '../server/background-thread.ts';
import { raw, sql } from '../sql.ts';
import type { EntityManager } from 'typeorm';
import { ImportJobEntity, type ImportJob } from './import-job.fields.ts';
import { UnreadableFile } from './import-reader.ts';
import { createPace } from './import-pace.ts';
import { createReaders, type Readers } from './import-readers.ts';
import { saveFailure, saveStep } from './import-job.repository.ts';
import { takeChunk } from './import-take.ts';
import { revertStep } from './import-revert.ts';
import type { Importer } from './importer.ts';

/** Enough that a commit on two servers costs little beside its rows. */
const chunkRowsMax = 500;
/** Imports that somebody has to go on with. */
export const waitingImports = "state IN ('QUEUED', 'RUNNING', 'REVERTING')";
const failuresMax = 5;
const savepoint = 'importStep';

/** What steps keep between them: where each file is read. All else is in the database. */
export function createImportRun(
  app: App,
  importers: readonly Importer[],
  chunkSize = chunkRowsMax,
): StepwiseWork {
  const pace = createPace(chunkSize);
  const readers = createReaders(app, pace.rows);
  const failures = new Map<string, number>();

  const take = async (manager: EntityManager, job: ImportJob): Promise<void> => {
    const importer = importerOf(importers, job);
    const { viewer } = job;
    if (!viewer) throw new UnreadableFile('Nobody is known who has started it');
    const isRevert = job.state === 'REVERTING';
    const requestId = `${isRevert ? 'revert' : 'import'}:${job.id}`;
    const work: Work = { manager, viewer, now: app.now(), requestId };
    if (isRevert) return revertStep(work, job, importer);
    const chunk = await readers.chunkOf(job, importer);
    const startedAt = performance.now();
    await saveStep(work, { job, chunk, taken: await takeChunk(work, { importer, job, chunk }) });
    pace.note(chunk.rows.length, performance.now() - startedAt);
    if (chunk.isLast) await readers.close(job.id);
  };

  const fail = async (manager: EntityManager, job: ImportJob, error: unknown): Promise<void> => {
    const count = (failures.get(job.id) ?? 0) + 1;
    failures.set(job.id, count);
    const isUnreadable = error instanceof UnreadableFile;
    if (!isUnreadable && count < failuresMax) throw error;
    app.log.warn({ job: job.id, error: describeError(error) }, 'import failed');
    await readers.close(job.id);
    await manager.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
    const reason = isUnreadable ? error.message : 'An error of the service ended it';
    await saveFailure(manager, job, { reason, now: app.now() });
  };

  const step = async (manager: EntityManager): Promise<boolean> => {
    const job = await nextJob(manager);
    if (!job) return false;
    await manager.query(`SAVEPOINT ${savepoint}`);
    try {
      await take(manager, job);
      failures.delete(job.id);
    } catch (error) {
      await fail(manager, job, error);
    }
    return true;
  };

  const prepare = (): Promise<void> => readAhead(app, readers, importers);
  return { prepare, step, close: readers.closeAll };
}

function importerOf(importers: readonly Importer[], job: ImportJob): Importer {
  const importer = importers.find(({ entity }) => entity.name === job.entity);
  if (!importer) throw new UnreadableFile('Nothing imports such records any more');
  return importer;
}

/** A file that was half-read elsewhere is read from its start, which may take seconds. */
async function readAhead(
  { db }: App,
  readers: Readers,
  importers: readonly Importer[],
): Promise<void> {
  const [job] = await selectRows(db.manager, ImportJobEntity, nextImport);
  if (!job || job.state === 'REVERTING') return;
  try {
    await readers.chunkOf(job, importerOf(importers, job));
  } catch {
    // The step that takes the job meets it again, and says so.
  }
}

/** The one that has waited longest, so that a short import does not wait for a long one. */
const nextImport = sql`WHERE t.${raw(waitingImports)} ORDER BY t.updatedAt, t.id LIMIT 1`;

async function nextJob(manager: EntityManager): Promise<ImportJob | null> {
  const [job] = await selectRows(
    manager,
    ImportJobEntity,
    sql`${nextImport} FOR UPDATE SKIP LOCKED`,
  );
  return job ?? null;
}
