import type { RequestContext } from '../context.ts';
import { invalid, ruleViolation } from '../errors.ts';
import { idToBytes, isId } from '../id.ts';
import { rowMemory, runCommand, type Work } from '../record/command.ts';
import type { Criteria } from '../record/criteria.ts';
import { allow, scopeOf, scopeSql } from '../record/policy.ts';
import { insertRecords, newRow } from '../record/record.ts';
import type { OrderBy } from '../record/sort.ts';
import { selectRows } from '../record/store.ts';
import { notFound } from '../errors.ts';
import { sql } from '../sql.ts';
import type { Viewer } from '../viewer.ts';
import { ExportJobEntity, type ExportJob } from './export-job.fields.ts';
import type { ExportQuestion, ExportSource } from './export-source.ts';
import type { FileFormat } from './stored-file.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };

export type StartExport = Repeatable & {
  readonly entity: string;
  readonly where?: unknown;
  readonly orderBy?: readonly OrderBy[] | null;
  readonly fields?: readonly string[] | null;
  readonly format: FileFormat;
  readonly headings: ExportJob['headings'];
  /** What else the kind of list takes. */
  readonly asked?: unknown;
};

const memory = rowMemory(ExportJobEntity);

/** Rows that an account may export within a day. Those who see everything have need of more. */
const rowsADay = (viewer: Viewer): number =>
  scopeOf(viewer, 'read') === 'all' ? 5_000_000 : 50_000;

/** A sheet has no more, its head included. */
const sheetRowsMax = 1_048_575;

/** Has a list written to a file: what the viewer reads of it, as the viewer reads it. */
export const startExport = (
  context: RequestContext,
  sources: readonly ExportSource[],
  input: StartExport,
): Promise<ExportJob> =>
  runCommand(context, { name: 'startExport', input, memory }, async (work) => {
    const source = sourceNamed(sources, input.entity);
    allow(work.viewer, 'read', 'exports');
    const question = questionOf(input);
    const list = await source.open(context, question);
    const rowsTotal = await list.count();
    const refusal = await refusalOf(work, { rowsTotal, format: input.format });
    const job = newRow(work, ExportJobEntity, {
      values: new Map<string, unknown>([
        ...Object.entries(question),
        ['subject', work.viewer.subject],
        ['entity', source.name],
        ['fields', list.columns.map(({ path }) => path)],
        ['format', input.format],
        ['state', refusal === null ? 'QUEUED' : 'REFUSED'],
        ['viewer', work.viewer],
        ['rowsTotal', rowsTotal],
        ['rowsWritten', 0],
        ['finishedAt', refusal === null ? null : work.now],
        ['failure', refusal],
      ]),
      rules: {},
    });
    // One that is refused is kept too: who asked for how much can be read in its history.
    await insertRecords(work, ExportJobEntity, [job]);
    return job;
  });

function sourceNamed(sources: readonly ExportSource[], name: string): ExportSource {
  const found = sources.find((each) => each.name === name);
  if (found) return found;
  const message = `must be one of ${sources.map((each) => each.name).join(', ')}`;
  throw invalid(`entity ${message}`, [{ path: 'entity', message }]);
}

const questionOf = (input: StartExport): ExportQuestion => ({
  where: criteriaOf(input.where),
  orderBy: input.orderBy ?? [],
  fields: input.fields ?? [],
  headings: input.headings,
  asked: input.asked ?? null,
});

function criteriaOf(where: unknown): Criteria {
  if (where === undefined || where === null) return {};
  if (typeof where === 'object' && !Array.isArray(where)) return { ...where };
  throw invalid('where must be an object', [{ path: 'where', message: 'must be an object' }]);
}

/** Why so many rows are not given, or null when they are. */
async function refusalOf(
  { manager, viewer, now }: Work,
  { rowsTotal, format }: Pick<ExportJob, 'format' | 'rowsTotal'>,
): Promise<string | null> {
  if (format === 'XLSX' && rowsTotal > sheetRowsMax) {
    return `A sheet has ${sheetRowsMax} rows, the list ${rowsTotal}: export it as CSV, or less of it`;
  }
  const [row]: { rowCount: string | null }[] = await manager.query(
    `SELECT SUM(rowsTotal) AS rowCount FROM exportJob
     WHERE subject = ? AND state <> 'REFUSED' AND createdAt > ?`,
    [viewer.subject, new Date(now.getTime() - 86_400_000)],
  );
  const max = rowsADay(viewer);
  const before = Number(row?.rowCount ?? 0);
  if (before + rowsTotal <= max) return null;
  return `You may export ${max} rows a day: ${before} were, and these are ${rowsTotal}`;
}

type Named = Repeatable & { readonly id: string };

/** Ends an export before its next rows. There is no file then. */
export const cancelExport = (context: RequestContext, input: Named): Promise<ExportJob> =>
  runCommand(context, { name: 'cancelExport', input, memory }, async (work) => {
    const { manager, viewer, now } = work;
    const scope = scopeSql(viewer, 'write', { entity: ExportJobEntity, alias: 't', now });
    const [job] = await selectRows(
      manager,
      ExportJobEntity,
      sql`WHERE t.id = ${isId(input.id) ? idToBytes(input.id) : null} AND ${scope} FOR UPDATE`,
    );
    if (!job) throw notFound(ExportJobEntity.name, input.id);
    if (job.state !== 'QUEUED' && job.state !== 'RUNNING') {
      throw ruleViolation('The export has ended');
    }
    await manager.query(
      `UPDATE exportJob SET state = 'CANCELLED', finishedAt = ?, updatedAt = ?, version = version + 1
       WHERE id = ?`,
      [now, now, idToBytes(job.id)],
    );
    return memory.recall(manager, job.id);
  });
