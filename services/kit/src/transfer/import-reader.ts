import { hash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { AppError, invalid } from '../errors.ts';
import { findCustomFields } from '../record/custom-field.ts';
import { keyOf } from '../record/upsert-match.ts';
import { valueAt } from '../record/entity.ts';
import type { ImportJob } from './import-job.fields.ts';
import { readMapping } from './import-mapping.ts';
import { assemble, planImport, type ImportPlan, type PlannedRow } from './import-plan.ts';
import type { Importer } from './importer.ts';
import { openRows, type SourceRow } from './row-source.ts';
import { openFile } from './stored-file.ts';
import type { StoredFile } from './stored-file.fields.ts';

export type ReadRow = PlannedRow & {
  /** Counted from 1, below the header. */
  readonly row: number;
  readonly source: SourceRow;
};

/** Rows that are taken in one transaction. */
export type Chunk = {
  /** How many rows came before it. */
  readonly from: number;
  readonly rows: readonly ReadRow[];
  readonly bytesRead: number;
  readonly isLast: boolean;
  readonly plan: ImportPlan;
};

export type ImportReader = {
  /** The chunk after so many rows; the same as long as the number is. */
  readonly chunkAfter: (rows: number) => Promise<Chunk | null>;
  readonly close: () => Promise<void>;
};

/** The file cannot be read on, whatever is done with its rows. */
export class UnreadableFile extends Error {}

const rowsMax = 2_000_000;

type Reading = {
  readonly manager: EntityManager;
  readonly importer: Importer;
  readonly file: Pick<StoredFile, 'id' | 'partCount' | 'size' | 'format' | 'encoding'>;
  readonly job: Pick<ImportJob, 'mapping' | 'matchOn' | 'rowsRead'>;
  readonly chunkSize: number;
};

/**
 * Reads on where the job stands, one chunk ahead of the one that is being stored. What came before
 * is read once more, to know again which records the file has named.
 */
export async function openReader(reading: Reading): Promise<ImportReader> {
  const chunks = readChunks(reading);
  let current = await nextOf(chunks);
  let ahead = nextOf(chunks);
  ahead.catch(() => undefined);
  return {
    chunkAfter: async (rows) => {
      if (current?.from === rows || current === null) return current;
      if (current.from + current.rows.length !== rows) return null;
      current = await ahead;
      ahead = nextOf(chunks);
      ahead.catch(() => undefined);
      return current;
    },
    close: async () => void (await chunks.return(undefined)),
  };
}

async function nextOf(chunks: AsyncGenerator<Chunk>): Promise<Chunk | null> {
  try {
    const { value, done } = await chunks.next();
    return done ? null : value;
  } catch (error) {
    throw error instanceof AppError && error.extensions.code === 'INVALID'
      ? new UnreadableFile(error.message)
      : error;
  }
}

async function* readChunks(reading: Reading): AsyncGenerator<Chunk> {
  const { job, chunkSize } = reading;
  const isRepeated = createMemory(job.matchOn);
  const { plan, rows, bytesRead } = await openImport(reading);
  let chunk: ReadRow[] = [];
  let count = 0;
  for await (const source of rows) {
    count += 1;
    if (count > rowsMax) throw invalid(`A file may have ${rowsMax} rows: cut it in two`);
    const planned = assemble(plan, source);
    const problems = isRepeated(planned.input) ? [...planned.problems, repeated] : planned.problems;
    if (count <= job.rowsRead) continue;
    chunk.push({ ...planned, problems, row: count, source });
    if (chunk.length < chunkSize) continue;
    yield { from: count - chunk.length, rows: chunk, bytesRead: bytesRead(), isLast: false, plan };
    chunk = [];
  }
  yield { from: count - chunk.length, rows: chunk, bytesRead: bytesRead(), isLast: true, plan };
}

const repeated = {
  path: '',
  column: null,
  value: null,
  message: 'a row before this one is of the same record',
} as const;

type OpenImport = {
  readonly plan: ImportPlan;
  readonly rows: AsyncGenerator<SourceRow>;
  readonly bytesRead: () => number;
};

/** A file with the plan that a mapping makes for it. */
export async function openImport({
  manager,
  importer,
  file,
  job,
}: Pick<Reading, 'manager' | 'importer' | 'file' | 'job'>): Promise<OpenImport> {
  const mapping = readMapping(job.mapping);
  const source = openFile(manager, file);
  const { columns, rows } = await openRows(source, { ...file, delimiter: mapping.delimiter });
  const customFields = await findCustomFields(manager, importer.entity.name);
  const plan = planImport(importer, { mapping, columns, customFields });
  return { plan, rows, bytesRead: source.bytesRead };
}

/** 48 bits of a hash a key: finding what comes twice must not need the memory of all keys. */
function createMemory(matchOn: readonly string[]): (input: object) => boolean {
  const seen = new Set<number>();
  const paths = new Map(matchOn.map((name) => [name, name.split('.')]));
  return (input) => {
    const key = keyOf(matchOn, (name) => valueAt(input, paths.get(name) ?? []));
    if (key === null) return false;
    const print = hash('sha1', key, 'buffer').readUIntBE(0, 6);
    const before = seen.size;
    seen.add(print);
    return seen.size === before;
  };
}
