import type { RequestContext } from '../context.ts';
import { invalid, notFound, ruleViolation } from '../errors.ts';
import { idToBytes, isId } from '../id.ts';
import { rowMemory, runCommand, type Work } from '../record/command.ts';
import { columnNamed } from '../record/entity.ts';
import { allow, scopeSql } from '../record/policy.ts';
import { insertRecords, newRow } from '../record/record.ts';
import { selectRows } from '../record/store.ts';
import { sql } from '../sql.ts';
import { ImportJobEntity, type ImportJob } from './import-job.fields.ts';
import { readMapping } from './import-mapping.ts';
import { openImport } from './import-reader.ts';
import type { Importer, ImportMode } from './importer.ts';
import { findFile } from './stored-file.ts';

type Repeatable = { readonly clientMutationId?: string | null };

export type StartImport = Repeatable & {
  readonly entity: string;
  readonly fileId: string;
  readonly mapping: unknown;
  readonly mode: ImportMode;
  readonly matchOn?: readonly string[] | null;
  readonly dryRun: boolean;
};

const memory = rowMemory(ImportJobEntity);
const waitingMax = 20;

/** Has a file imported. What is wrong with the mapping is told at once, and of rows as they come. */
export const startImport = async (
  context: RequestContext,
  importers: readonly Importer[],
  input: StartImport,
): Promise<ImportJob> => {
  const importer = importerOf(importers, input.entity);
  allow(context.viewer, 'write', importer.what);
  const file = await findFile(context, input.fileId);
  const mapping = readMapping(input.mapping);
  const matchOn = matchOf(importer, input.matchOn);
  const { rows } = await openImport({
    manager: context.app.db.manager,
    importer,
    file,
    job: { mapping, matchOn, rowsRead: 0 },
  });
  await rows.return(undefined);
  return runCommand(context, { name: 'startImport', input, memory }, async (work) => {
    await refuseMany(work);
    const job = newRow(work, ImportJobEntity, {
      values: new Map<string, unknown>([
        ...Object.entries({ entity: importer.entity.name, mode: input.mode, matchOn }),
        ['subject', work.viewer.subject],
        ['fileId', file.id],
        ['fileName', file.name],
        ['format', file.format],
        ['mapping', mapping],
        ['isDryRun', input.dryRun],
        ['state', 'QUEUED'],
        ['viewer', work.viewer],
        ['bytesTotal', file.size],
        ...counts.map((name) => [name, 0] as const),
      ]),
      rules: {},
    });
    await insertRecords(work, ImportJobEntity, [job]);
    return job;
  });
};

const counts = [
  'bytesRead',
  'rowsRead',
  'created',
  'updated',
  'unchanged',
  'refused',
  'reverted',
  'kept',
] as const;

export function importerOf(importers: readonly Importer[], name: string): Importer {
  const found = importers.find(({ entity }) => entity.name === name);
  if (found) return found;
  const message = `must be one of ${importers.map(({ entity }) => entity.name).join(', ')}`;
  throw invalid(`entity ${message}`, [{ path: 'entity', message }]);
}

export function matchOf(
  { entity, matchOn }: Importer,
  given: readonly string[] | null | undefined,
): readonly string[] {
  const asked = given ?? matchOn[0] ?? [];
  const found = matchOn.find((each) => each.toSorted().join() === asked.toSorted().join());
  if (found?.every((name) => columnNamed(entity, name))) return found;
  const message = `must be ${matchOn.map((each) => each.join(' and ')).join(', or ')}`;
  throw invalid(`matchOn ${message}`, [{ path: 'matchOn', message }]);
}

/** A job waits its turn; a script that starts them without end is told so. */
async function refuseMany({ manager, viewer }: Work): Promise<void> {
  const [row]: { waiting: number }[] = await manager.query(
    `SELECT COUNT(*) AS waiting FROM importJob
     WHERE subject = ? AND state IN ('QUEUED', 'RUNNING', 'REVERTING')`,
    [viewer.subject],
  );
  if ((row?.waiting ?? 0) < waitingMax) return;
  throw ruleViolation(`${waitingMax} of your imports are not finished: wait for one of them`);
}

/** A job of the viewer's own, locked for this transaction. */
async function lockJob({ manager, viewer, now }: Work, id: string): Promise<ImportJob> {
  const scope = scopeSql(viewer, 'write', { entity: ImportJobEntity, alias: 't', now });
  const [job] = await selectRows(
    manager,
    ImportJobEntity,
    sql`WHERE t.id = ${isId(id) ? idToBytes(id) : null} AND ${scope} FOR UPDATE`,
  );
  if (!job) throw notFound(ImportJobEntity.name, id);
  return job;
}

type Named = Repeatable & { readonly id: string };

/** Ends an import before its next rows. What it has stored stays, until it is reverted. */
export const cancelImport = (context: RequestContext, input: Named): Promise<ImportJob> =>
  runCommand(context, { name: 'cancelImport', input, memory }, async (work) => {
    const job = await lockJob(work, input.id);
    if (job.state !== 'QUEUED' && job.state !== 'RUNNING') {
      throw ruleViolation('The import has ended');
    }
    await work.manager.query(
      `UPDATE importJob SET state = 'CANCELLED', finishedAt = ?, updatedAt = ?, version = version + 1
       WHERE id = ?`,
      [work.now, work.now, idToBytes(job.id)],
    );
    return memory.recall(work.manager, job.id);
  });

/**
 * Undoes an import: deletes what it has created, and gives back the values that it has changed. What
 * somebody else has changed since is kept as it is, and told.
 */
export const revertImport = (
  context: RequestContext,
  importers: readonly Importer[],
  input: Named,
): Promise<ImportJob> =>
  runCommand(context, { name: 'revertImport', input, memory }, async (work) => {
    const job = await lockJob(work, input.id);
    allow(work.viewer, 'write', importerOf(importers, job.entity).what);
    if (job.isDryRun) throw ruleViolation('A dry run has nothing to revert');
    if (job.state === 'REVERTED' || job.state === 'REVERTING') {
      throw ruleViolation('The import is reverted already');
    }
    if (job.state === 'QUEUED' || job.state === 'RUNNING') {
      throw ruleViolation('The import goes on: cancel it first');
    }
    await work.manager.query(
      `UPDATE importJob SET state = 'REVERTING', viewer = ?, finishedAt = NULL, updatedAt = ?,
         version = version + 1 WHERE id = ?`,
      [JSON.stringify(work.viewer), work.now, idToBytes(job.id)],
    );
    return memory.recall(work.manager, job.id);
  });
