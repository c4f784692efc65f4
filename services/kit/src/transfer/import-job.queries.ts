import type { RequestContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { idFromBytes, idToBytes } from '../id.ts';
import { listPage, type Connection, type PageArgs } from '../record/page.ts';
import { raw, sql } from '../sql.ts';
import { ImportJobEntity, type ImportJob } from './import-job.fields.ts';
import type { RowProblem } from './import-plan.ts';
import type { RefusedRow } from './import-take.ts';

/** The viewer's own imports, the latest first. */
export const importJobs = (
  context: RequestContext,
  args: Pick<PageArgs, 'after' | 'first'>,
): Promise<Connection<ImportJob>> =>
  listPage(context, ImportJobEntity, {
    ...args,
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });

export type RefusedRows = {
  readonly nodes: readonly RefusedRow[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
};

const pageMax = 500;

/** What was refused, in the order of the file. The caller has read the job under its own rights. */
export async function refusedRows(
  { app }: RequestContext,
  { id }: Pick<ImportJob, 'id'>,
  { first, after }: { readonly first: number; readonly after?: string | null },
): Promise<RefusedRows> {
  if (first < 1 || first > pageMax) throw invalid(`A page holds 1 to ${pageMax} rows`);
  const before = after ? readCursor(after) : 0;
  const rows: { row: number; line: number; problems: RowProblem[] }[] = await app.db.manager.query(
    `SELECT \`row\`, line, problems FROM importProblem WHERE jobId = ? AND \`row\` > ?
     ORDER BY \`row\` LIMIT ${first + 1}`,
    [idToBytes(id), before],
  );
  const nodes = rows.slice(0, first);
  const [begin, end] = [nodes[0], nodes.at(-1)];
  return {
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: before > 0,
      startCursor: begin ? cursorOf(begin.row) : null,
      endCursor: end ? cursorOf(end.row) : null,
    },
  };
}

const cursorOf = (row: number): string => Buffer.from(`r${row}`).toString('base64url');

function readCursor(cursor: string): number {
  const match = /^r(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw invalid('The cursor is not one of this list');
  return Number(match[1]);
}

/** How much of the file has been taken, from 0 to 1. */
export const shareOf = ({ bytesRead, bytesTotal, state }: ImportJob): number =>
  state === 'DONE' || bytesTotal === 0 ? 1 : Math.floor((1000 * bytesRead) / bytesTotal) / 1000;

export type KeptRecords = {
  readonly nodes: readonly { readonly id: string; readonly reason: string }[];
  readonly pageInfo: RefusedRows['pageInfo'];
};

/** The records that a revert has left as they are, by their ids. */
export async function keptRecords(
  { app }: RequestContext,
  { id }: Pick<ImportJob, 'id'>,
  { first, after }: { readonly first: number; readonly after?: string | null },
): Promise<KeptRecords> {
  if (first < 1 || first > pageMax) throw invalid(`A page holds 1 to ${pageMax} records`);
  const { text, values } = sql`SELECT recordId, reason FROM importKept
    WHERE jobId = ${idToBytes(id)} AND recordId > ${after ? idToBytes(after) : Buffer.alloc(16)}
    ORDER BY recordId LIMIT ${raw(String(first + 1))}`;
  const rows: { recordId: Buffer; reason: string }[] = await app.db.manager.query(text, [
    ...values,
  ]);
  const nodes = rows
    .slice(0, first)
    .map(({ recordId, reason }) => ({ id: idFromBytes(recordId), reason }));
  return {
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: Boolean(after),
      startCursor: nodes[0]?.id ?? null,
      endCursor: nodes.at(-1)?.id ?? null,
    },
  };
}
