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
  /** How many rows a chunk holds, asked anew for each. */
  readonly chunkSize: () => number;
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
    throw isUnreadable(error) ? new UnreadableFile(error.message) : error;
  }
}

const isUnreadable = (error: unknown): error is AppError =>
  error instanceof AppError && error.extensions.code === 'INVALID';

async function* readChunks(reading: Reading): AsyncGenerator<Chunk> {
  const { plan, rows, bytesRead } = await openImport(reading);
  const take = createTaking(reading, plan);
  let chunk: ReadRow[] = [];
  let count = 0;
  const chunkOf = (isLast: boolean): Chunk => ({
    from: count - chunk.length,
    rows: chunk,
    bytesRead: bytesRead(),
    isLast,
    plan,
  });
  try {
    for await (const source of rows) {
      const row = take(source, count + 1);
      count += 1;
      if (row) chunk.push(row);
      if (chunk.length < reading.chunkSize()) continue;
      yield chunkOf(false);
      chunk = [];
    }
  } catch (error) {
    // What the file holds before the place where it breaks is as good as in any other.
    if (isUnreadable(error) && chunk.length > 0) yield chunkOf(false);
    throw error;
  }
  yield chunkOf(true);
}

type Take = (source: SourceRow, row: number) => ReadRow | null;

/** Makes of each row what is to be stored; null of those that were stored before. */
function createTaking({ job }: Reading, plan: ImportPlan): Take {
  const isRepeated = createMemory(job.matchOn);
  return (source, row) => {
    if (row > rowsMax) throw invalid(`A file may have ${rowsMax} rows: cut it in two`);
    const { input, problems } = assemble(plan, source);
    const all = isRepeated(input) ? [...problems, repeated] : problems;
    return row <= job.rowsRead ? null : { input, problems: all, row, source };
  };
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
