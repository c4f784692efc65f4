import type { App, RequestContext } from '../context.ts';
import { describeError } from '../describe-error.ts';
import { AppError } from '../errors.ts';
import { idToBytes } from '../id.ts';
import type { Work } from '../record/command.ts';
import { selectRows } from '../record/store.ts';
import { sql } from '../sql.ts';
import { startTask, type Task } from '../task.ts';
import type { EntityManager } from 'typeorm';
import { csvWriter, ndjsonWriter, type FileWriter, type Written } from './export-format.ts';
import { ExportJobEntity, type ExportJob } from './export-job.fields.ts';
import type { ExportColumn } from './export-plan.ts';
import type { ExportSource } from './export-source.ts';
import type { TransferApp } from './retention.ts';
import { addFile, appendPart, completeFile } from './stored-file.ts';
import { StoredFileEntity, type FileFormat, type StoredFile } from './stored-file.fields.ts';
import { sweepTransfers } from './sweep.ts';
import { workbookWriter } from './workbook-writer.ts';

const pollMs = 1000;
const pageRows = 1000;
const sweepEveryMs = 60_000;

const writers: Readonly<Record<FileFormat, FileWriter>> = {
  CSV: csvWriter,
  NDJSON: ndjsonWriter,
  XLSX: workbookWriter,
};

/** Goes on with the exports that somebody started, each in turn, and deletes what is kept no longer. */
export function startExportJob(app: TransferApp, sources: readonly ExportSource[]): Task {
  const sweep = createSweep(app);
  return startTask(app, {
    name: 'exports',
    pollMs,
    step: async (manager) => (await exportStep(app, sources, manager)) || (await sweep(manager)),
  });
}

/** Sweeps at once while there is more to delete, and else from time to time. */
function createSweep(app: TransferApp): (manager: EntityManager) => Promise<boolean> {
  let dueMs = 0;
  return async (manager) => {
    if (performance.now() < dueMs) return false;
    const hasMore = await sweepTransfers(app, manager);
    if (!hasMore) dueMs = performance.now() + sweepEveryMs;
    return hasMore;
  };
}

/** Writes one page of one export, with how far it is. Tells whether there may be more to do. */
export async function exportStep(
  app: TransferApp,
  sources: readonly ExportSource[],
  manager: EntityManager,
): Promise<boolean> {
  const [job] = await selectRows(
    manager,
    ExportJobEntity,
    sql`WHERE t.state IN ('QUEUED', 'RUNNING') ORDER BY t.updatedAt, t.id LIMIT 1
      FOR UPDATE SKIP LOCKED`,
  );
  if (!job) return false;
  try {
    await writePage(app, sources, { job, manager });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    app.log.warn({ job: job.id, error: describeError(error) }, 'export failed');
    await manager.query(
      `UPDATE exportJob SET state = 'FAILED', failure = ?, finishedAt = ?, updatedAt = ?,
         version = version + 1 WHERE id = ?`,
      [error.message.slice(0, 500), app.now(), app.now(), idToBytes(job.id)],
    );
  }
  return true;
}

const refusals: ReadonlySet<string> = new Set(['FORBIDDEN', 'INVALID', 'NOT_FOUND']);

/** Refused now, though not when it was started: the rights or the fields are others. */
const isRefusal = (error: unknown): error is AppError =>
  error instanceof AppError && refusals.has(error.extensions.code);

type Writing = { readonly job: ExportJob; readonly manager: EntityManager };

async function writePage(
  app: TransferApp,
  sources: readonly ExportSource[],
  { job, manager }: Writing,
): Promise<void> {
  const source = sources.find(({ name }) => name === job.entity);
  const { viewer, headings, fields, asked } = job;
  if (!source || !viewer) throw new AppError('INVALID', 'Nothing exports such lists any more');
  const work: Work = { manager, viewer, now: app.now(), requestId: `export:${job.id}` };
  const question = { where: job.where ?? {}, orderBy: job.orderBy ?? [], fields, headings, asked };
  const { columns, page: read } = await source.open(contextOf(app, work), question);
  const page = await read({ first: pageRows, after: job.cursorText });
  const file = await fileOf(work, job);
  const isLast = !page.pageInfo.hasNextPage;
  const { bytes, state } = written(job, { columns, rows: page.nodes, isLast });
  if (bytes.length > 0) await appendPart(manager, file, bytes);
  if (isLast) await completeFile(work, file.id, app.retention.fileDays);
  await saveProgress(work, job, {
    fileId: file.id,
    cursor: page.pageInfo.endCursor,
    rows: page.nodes.length,
    state,
    isLast,
  });
}

type Page = {
  readonly columns: readonly ExportColumn[];
  readonly rows: readonly object[];
  readonly isLast: boolean;
};

/** What a page adds to the file, its begin and its end included. */
function written(job: ExportJob, { columns, rows, isLast }: Page): Written {
  const writer = writers[job.format];
  const nothing = Buffer.alloc(0);
  const begun =
    job.rowsWritten === 0
      ? writer.begin(columns, job.headings)
      : { bytes: nothing, state: job.writerState };
  const { bytes, state } = writer.add(columns, rows, begun.state);
  const end = isLast ? writer.end(state) : nothing;
  return { bytes: Buffer.concat([begun.bytes, bytes, end]), state };
}

const contextOf = (app: App, { viewer, requestId }: Work): RequestContext => ({
  app,
  viewer,
  requestId,
  lane: 'reporting',
  consistency: null,
  deadlineAt: Date.now() + 60_000,
  signal: new AbortController().signal,
});

async function fileOf(work: Work, job: ExportJob): Promise<StoredFile> {
  if (job.fileId === null) {
    const day = work.now.toISOString().slice(0, 10);
    const name = `${job.entity}-${day}.${job.format.toLowerCase()}`;
    return addFile(work, { name, format: job.format, encoding: 'utf-8' });
  }
  const [file] = await selectRows(
    work.manager,
    StoredFileEntity,
    sql`WHERE t.id = ${idToBytes(job.fileId)} FOR UPDATE`,
  );
  if (!file) throw new AppError('INVALID', 'What was written has expired: start it again');
  return file;
}

type Progress = {
  readonly fileId: string;
  readonly cursor: string | null;
  readonly rows: number;
  readonly state: unknown;
  readonly isLast: boolean;
};

const saveProgress = (
  { manager, now }: Work,
  { id, cursorText }: ExportJob,
  { fileId, cursor, rows, state, isLast }: Progress,
): Promise<unknown> =>
  manager.query(
    `UPDATE exportJob SET state = ?, fileId = ?, cursorText = ?, writerState = ?,
       rowsWritten = rowsWritten + ?, startedAt = COALESCE(startedAt, ?), finishedAt = ?,
       updatedAt = ?, version = version + 1
     WHERE id = ?`,
    [
      isLast ? 'DONE' : 'RUNNING',
      idToBytes(fileId),
      cursor ?? cursorText,
      JSON.stringify(state ?? null),
      rows,
      now,
      isLast ? now : null,
      now,
      idToBytes(id),
    ],
  );
