import type { RequestContext } from '../context.ts';
import { transact } from '../database/database.ts';
import { invalid } from '../errors.ts';
import type { Work } from '../record/command.ts';
import type { Entity } from '../record/entity.ts';
import { allow } from '../record/policy.ts';
import type { BulkRow } from '../record/upsert.ts';
import { importerOf, matchOf } from './import-job.commands.ts';
import { columnsOf, readMapping, type ImportMapping } from './import-mapping.ts';
import { givenFields, type RowProblem } from './import-plan.ts';
import { openImport, openReader, UnreadableFile } from './import-reader.ts';
import { takeChunk } from './import-take.ts';
import type { Importer, ImportMode } from './importer.ts';
import { openRows, type SourceRow } from './row-source.ts';
import { findFile, openFile } from './stored-file.ts';
import type { StoredFile } from './stored-file.fields.ts';

type PreviewInput = {
  readonly entity: string;
  readonly fileId: string;
  readonly mapping?: unknown;
  readonly mode: ImportMode;
  readonly matchOn?: readonly string[] | null;
  readonly first: number;
};

export type PreviewRow = {
  readonly row: number;
  readonly line: number;
  readonly input: object;
  readonly outcome: BulkRow['outcome'];
  readonly problems: readonly RowProblem[];
};

export type Preview = {
  readonly columns: readonly string[];
  readonly mapping: ImportMapping;
  readonly unusedColumns: readonly string[];
  readonly rows: readonly PreviewRow[];
};

const rowsMax = 100;

/** What would become of the first rows of a file. Nothing is written. */
export async function previewImport(
  context: RequestContext,
  importers: readonly Importer[],
  input: PreviewInput,
): Promise<Preview> {
  const importer = importerOf(importers, input.entity);
  allow(context.viewer, 'write', importer.what);
  if (input.first < 1 || input.first > rowsMax) {
    throw invalid(`A preview shows 1 to ${rowsMax} rows`);
  }
  const file = await findFile(context, input.fileId);
  const columns = await columnNames(context, file, input.mapping);
  const mapping = readMapping(input.mapping ?? suggestMapping(importer.entity, columns));
  const used = new Set(columnsOf(mapping));
  const matchOn = matchOf(importer, input.matchOn);
  const rows = await tryRows(context, { importer, file, mapping, input: { ...input, matchOn } });
  return { columns, mapping, unusedColumns: columns.filter((name) => !used.has(name)), rows };
}

const sampleRows = 100;

/** The header; of a file without one, the keys of its first rows. */
async function columnNames(
  { app }: RequestContext,
  file: StoredFile,
  mapping: unknown,
): Promise<readonly string[]> {
  const { delimiter } = readMapping(mapping ?? { fields: {} });
  const { columns, rows } = await openRows(openFile(app.db.manager, file), { ...file, delimiter });
  const names = new Set(columns);
  let read = 0;
  if (columns === null) {
    for await (const { cells } of rows) {
      for (const name of keysIn(cells, '')) names.add(name);
      read += 1;
      if (read === sampleRows) break;
    }
  }
  await rows.return(undefined);
  return [...names];
}

const keysIn = (cells: SourceRow['cells'] | object, before: string): string[] =>
  Object.entries(cells).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? keysIn(value, `${before}${key}.`)
      : [`${before}${key}`],
  );

/** Columns that are named like a field, or as people call it. */
function suggestMapping(entity: Entity, columns: readonly string[]): unknown {
  const fields = givenFields(entity).flatMap(({ name, field }) => {
    const names = [name, field.label.zh, field.label.en].map(plain);
    const column = columns.find((each) => names.includes(plain(each)));
    return column === undefined ? [] : [[name, column] as const];
  });
  return { fields: Object.fromEntries(fields) };
}

const plain = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

type Trial = {
  readonly importer: Importer;
  readonly file: StoredFile;
  readonly mapping: ImportMapping;
  readonly input: PreviewInput & { readonly matchOn: readonly string[] };
};

async function tryRows(
  { app, viewer, requestId }: RequestContext,
  { importer, file, mapping, input: { mode, matchOn, first } }: Trial,
): Promise<readonly PreviewRow[]> {
  const { manager } = app.db;
  const job = { mapping, matchOn, mode, isDryRun: true, rowsRead: 0 };
  await openImport({ manager, importer, file, job }).then(({ rows }) => rows.return(undefined));
  const reader = await openReader({ manager, importer, file, job, chunkSize: () => first }).catch(
    told,
  );
  try {
    const chunk = await reader.chunkAfter(0);
    if (!chunk) return [];
    return await transact(app.db, async (inside) => {
      const work: Work = { manager: inside, viewer, now: app.now(), requestId };
      const { refused, outcomes } = await takeChunk(work, { importer, job, chunk });
      const problems = new Map(refused.map((each) => [each.row, each.problems]));
      return chunk.rows.map(({ row, source, input }) => ({
        row,
        line: source.line,
        input,
        outcome: problems.has(row) ? 'REFUSED' : (outcomes.get(row) ?? 'UNCHANGED'),
        problems: problems.get(row) ?? [],
      }));
    });
  } finally {
    await reader.close();
  }
}

function told(error: unknown): never {
  throw error instanceof UnreadableFile ? invalid(error.message) : error;
}
