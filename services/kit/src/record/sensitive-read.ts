import type { RequestContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { idFromBytes, idToBytes } from '../id.ts';
import { raw, sql } from '../sql.ts';
import type { Entity } from './entity.ts';
import { allow } from './policy.ts';

/** One read of sensitive fields of a record: by whom and why, never what they held. */
export type RecordedRead = {
  readonly fields: readonly string[];
  readonly purpose: string;
  readonly at: Date;
  readonly byStaffId: string | null;
  readonly bySubject: string;
};

type PageInfo = {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
};

export type RecordedReadConnection = {
  readonly nodes: readonly RecordedRead[];
  readonly pageInfo: PageInfo;
};

type Args = { readonly first?: number | null; readonly after?: string | null };

type Row = Omit<RecordedRead, 'byStaffId'> & {
  readonly id: string | number;
  readonly byStaffId: Uint8Array | null;
};

const sizeDefault = 20;
const sizeMax = 100;

/** Who has read the sensitive fields of a record, the latest first: for those who manage. */
export async function sensitiveReads(
  { app, viewer }: RequestContext,
  entity: Entity,
  { id, first, after }: Args & { readonly id: string },
): Promise<RecordedReadConnection> {
  allow(viewer, 'manage', 'the record of sensitive reads');
  const size = first ?? sizeDefault;
  if (size < 1 || size > sizeMax) throw invalid(`A page holds 1 to ${sizeMax} reads`);
  const before = after ? readCursor(after) : null;
  const { text, values } = sql`SELECT id, fields, purpose, at, byStaffId, bySubject
    FROM sensitiveRead WHERE entityId = ${idToBytes(id)} AND entity = ${entity.name}
      AND ${before === null ? raw('TRUE') : sql`id < ${before}`}
    ORDER BY id DESC LIMIT ${raw(String(size + 1))}`;
  const rows: Row[] = await app.db.manager.query(text, [...values]);
  const page = rows.slice(0, size);
  const cursors = page.map((row) => Buffer.from(`r${row.id}`).toString('base64url'));
  return {
    nodes: page.map(({ byStaffId, ...row }) => ({
      ...row,
      byStaffId: byStaffId === null ? null : idFromBytes(byStaffId),
    })),
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: before !== null,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
  };
}

function readCursor(cursor: string): string {
  const match = /^r(\d{1,20})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match?.[1]) throw invalid('The cursor is not one of this list');
  return match[1];
}
