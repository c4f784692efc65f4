import type { App } from '../context.ts';
import { idToBytes } from '../id.ts';
import { selectRows } from '../record/store.ts';
import { sql } from '../sql.ts';
import type { ImportJob } from './import-job.fields.ts';
import { openReader, UnreadableFile, type Chunk, type ImportReader } from './import-reader.ts';
import type { Importer } from './importer.ts';
import { StoredFileEntity } from './stored-file.fields.ts';

/** Where the files of jobs are read, in this process. */
export type Readers = {
  readonly chunkOf: (job: ImportJob, importer: Importer) => Promise<Chunk>;
  readonly close: (jobId: string) => Promise<void>;
  readonly closeAll: () => Promise<void>;
};

export function createReaders(app: App, chunkSize: () => number): Readers {
  const open = new Map<string, ImportReader>();

  const close = async (jobId: string): Promise<void> => {
    const reader = open.get(jobId);
    open.delete(jobId);
    await reader?.close().catch(() => undefined);
  };

  return {
    chunkOf: async (job, importer) => {
      const chunk = await open.get(job.id)?.chunkAfter(job.rowsRead);
      if (chunk) return chunk;
      await close(job.id);
      const reader = await openJob(app, job, { importer, chunkSize });
      open.set(job.id, reader);
      const first = await reader.chunkAfter(job.rowsRead);
      if (!first) throw new UnreadableFile('The file has fewer rows than were read of it');
      return first;
    },
    close,
    closeAll: async () => {
      await Promise.all([...open.keys()].map(close));
    },
  };
}

async function openJob(
  app: App,
  job: ImportJob,
  { importer, chunkSize }: { readonly importer: Importer; readonly chunkSize: () => number },
): Promise<ImportReader> {
  const { manager } = app.db;
  const [file] = await selectRows(
    manager,
    StoredFileEntity,
    sql`WHERE t.id = ${idToBytes(job.fileId)}`,
  );
  if (!file) throw new UnreadableFile('The file is no longer kept: send it again');
  return openReader({ manager, importer, file, job, chunkSize });
}
