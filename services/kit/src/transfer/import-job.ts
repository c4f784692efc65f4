import { describeError } from '../describe-error.ts';
import type { App } from '../context.ts';
import type { Work } from '../record/command.ts';
import { selectRows } from '../record/store.ts';
import { sql } from '../sql.ts';
import { startTask, type Task } from '../task.ts';
import type { EntityManager } from 'typeorm';
import { ImportJobEntity, type ImportJob } from './import-job.fields.ts';
import { UnreadableFile } from './import-reader.ts';
import { createReaders } from './import-readers.ts';
import { saveFailure, saveStep } from './import-job.repository.ts';
import { takeChunk } from './import-take.ts';
import { revertStep } from './import-revert.ts';
import type { Importer } from './importer.ts';

const pollMs = 1000;
/** Small enough that requests of others get their turn between two. */
const chunkRows = 500;
const failuresMax = 5;
const savepoint = 'importStep';

export type ImportRun = {
  readonly step: (manager: EntityManager) => Promise<boolean>;
  readonly close: () => Promise<void>;
};

/** Goes on with the imports that somebody started, each in turn. */
export function startImportJob(app: App, importers: readonly Importer[]): Task {
  const run = createImportRun(app, importers);
  const task = startTask(app, { name: 'imports', pollMs, step: run.step });
  return {
    stop: async () => {
      await task.stop();
      await run.close();
    },
  };
}

/** What steps keep between them: where each file is read. All else is in the database. */
export function createImportRun(
  app: App,
  importers: readonly Importer[],
  chunkSize = chunkRows,
): ImportRun {
  const readers = createReaders(app, chunkSize);
  const failures = new Map<string, number>();

  const take = async (manager: EntityManager, job: ImportJob): Promise<void> => {
    const importer = importers.find(({ entity }) => entity.name === job.entity);
    const { viewer } = job;
    if (!importer || !viewer) throw new UnreadableFile('Nothing imports such records any more');
    const isRevert = job.state === 'REVERTING';
    const requestId = `${isRevert ? 'revert' : 'import'}:${job.id}`;
    const work: Work = { manager, viewer, now: app.now(), requestId };
    if (isRevert) return revertStep(work, job, importer);
    const chunk = await readers.chunkOf(job, importer);
    await saveStep(work, { job, chunk, taken: await takeChunk(work, { importer, job, chunk }) });
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

  return { step, close: readers.closeAll };
}

/** The one that has waited longest, so that a short import does not wait for a long one. */
async function nextJob(manager: EntityManager): Promise<ImportJob | null> {
  const [job] = await selectRows(
    manager,
    ImportJobEntity,
    sql`WHERE t.state IN ('QUEUED', 'RUNNING', 'REVERTING')
      ORDER BY t.updatedAt, t.id LIMIT 1
      FOR UPDATE SKIP LOCKED`,
  );
  return job ?? null;
}
