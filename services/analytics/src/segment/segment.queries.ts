import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import type { Connection, PageArgs } from '@crm/kit/record/page';
import { pagesBy, type PagesBy } from '@crm/kit/record/pages-by';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { memberPages, type MemberArgs } from '../customer/member-page.ts';
import { readReport } from '../report/report.queries.ts';
import type { ReportRow } from '../report/report.fields.ts';
import { openClasses } from '../strictness.ts';
import { causeNamed, SegmentEntity, type Cause, type Segment } from './segment.fields.ts';
import { segmentsMax } from './segment.repository.ts';

export type AsOf = { readonly asOf?: Date | null };

export type Membership = {
  readonly customer: { readonly id: string };
  readonly enteredAt: Date;
  readonly leftAt: Date | null;
  readonly cause: Cause;
  readonly leftCause: Cause | null;
};

export type MembershipPages = PagesBy<AsOf & MemberArgs, Connection<Membership>>;
export type MembershipOfCustomers = PagesBy<{ readonly code: string }, boolean>;
export type SegmentsOfCustomer = PagesBy<AsOf, readonly Segment[]>;

export async function segmentOfCode(
  { app, viewer }: RequestContext,
  code: string,
): Promise<Segment | null> {
  const scope = scopeSql(viewer, 'read', { entity: SegmentEntity, alias: 't', now: app.now() });
  const [segment] = await selectRows(
    app.db.manager,
    SegmentEntity,
    sql`WHERE t.code = ${code} AND t.deletedAt IS NULL AND ${scope}`,
  );
  return segment ?? null;
}

type Preview = PageArgs & { readonly criteria: unknown };

/** Whom criteria would find now among the customers that the viewer may read. Stores nothing. */
export const previewSegment = (
  context: RequestContext,
  { criteria, ...page }: Preview,
): Promise<Connection<ReportRow>> => readReport(context, { ...page, where: criteria });

/** Who was in segments at an instant, or is now. */
export const membershipPages = (context: RequestContext): MembershipPages =>
  memberPages<Membership, AsOf & MemberArgs>(context, {
    table: 'segmentMember',
    columns: () => raw('m.enteredAt, m.leftAt, m.cause, m.leftCause'),
    where: (segmentId, { asOf }) => and([sql`m.segmentId = ${idToBytes(segmentId)}`, isIn(asOf)]),
    read: (id, { enteredAt, leftAt, cause, leftCause }) => ({
      customer: { id },
      enteredAt: instant(enteredAt) ?? new Date(0),
      leftAt: instant(leftAt),
      cause: causeNamed(cause) ?? 'CRITERIA',
      leftCause: causeNamed(leftCause),
    }),
  });

const instant = (value: unknown): Date | null => (value instanceof Date ? value : null);

const isIn = (asOf: Date | null | undefined): Sql =>
  asOf
    ? sql`m.enteredAt <= ${asOf} AND (m.leftAt IS NULL OR m.leftAt > ${asOf})`
    : raw('m.leftAt IS NULL');

/** The segments of many customers in one statement; none of a customer that the viewer may not read. */
export const segmentsOfCustomers = (context: RequestContext): SegmentsOfCustomer =>
  pagesBy(async (customerIds, { asOf }) => {
    const { app, viewer } = context;
    const found = new Map<string, Segment[]>(customerIds.map((id) => [id, []]));
    const ids = customerIds.filter(isId);
    if (ids.length === 0) return found;
    const now = app.now();
    const { text, values } = sql`SELECT m.subjectId, m.segmentId FROM segmentMember m
      JOIN customer c ON c.id = m.subjectId AND c.deletedAt IS NULL
      WHERE m.subjectId IN (${ids.map(idToBytes)}) AND ${isIn(asOf)}
        AND ${scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 'c', now })}`;
    const rows: { subjectId: Uint8Array; segmentId: Uint8Array }[] = await app.db.manager.query(
      text,
      [...values],
    );
    const segments = await segmentsOfIds(
      context,
      rows.map(({ segmentId }) => segmentId),
    );
    for (const { subjectId, segmentId } of rows) {
      const segment = segments.get(idFromBytes(segmentId));
      if (segment) found.get(idFromBytes(subjectId))?.push(segment);
    }
    for (const list of found.values()) list.sort((a, b) => (a.code < b.code ? -1 : 1));
    return found;
  });

/** Whether customers are in a segment now. INVALID when there is none of this code that the viewer may ask for. */
export const membershipOfCustomers = (context: RequestContext): MembershipOfCustomers =>
  pagesBy(async (customerIds, { code }) => {
    const { app, viewer } = context;
    const now = app.now();
    const segmentId = await idOfCode(context, code);
    const ids = customerIds.filter(isId).map(idToBytes);
    const { text, values } = sql`SELECT m.subjectId FROM segmentMember m
      JOIN customer c ON c.id = m.subjectId AND c.deletedAt IS NULL
      WHERE m.segmentId = ${segmentId} AND m.subjectId IN (${ids}) AND m.leftAt IS NULL
        AND ${scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 'c', now })}`;
    const rows: { subjectId: Uint8Array }[] =
      ids.length === 0 ? [] : await app.db.manager.query(text, [...values]);
    const members = new Set(rows.map(({ subjectId }) => idFromBytes(subjectId)));
    return new Map(customerIds.map((id) => [id, members.has(id)]));
  });

const codeMax = 64;

/**
 * Of a segment that the viewer may read, or whose criteria look at nothing that it may not. Whom the
 * company has picked by hand says what it thinks of them.
 */
async function idOfCode({ app, viewer }: RequestContext, code: string): Promise<Uint8Array> {
  const scope = scopeSql(viewer, 'read', { entity: SegmentEntity, alias: 't', now: app.now() });
  const { text, values } = sql`SELECT t.id FROM segment t
    WHERE t.code = ${code} AND t.deletedAt IS NULL AND (${scope}
      OR (t.class IN (${openClasses}) AND t.mode = 'DYNAMIC'))`;
  const [row]: { id: Uint8Array }[] = await app.db.manager.query(text, [...values]);
  if (row) return row.id;
  const message = `there is no segment ${code.slice(0, codeMax)} that you may ask for`;
  throw invalid(`code: ${message}`, [{ path: 'code', message }]);
}

async function segmentsOfIds(
  { app, viewer }: RequestContext,
  ids: readonly Uint8Array[],
): Promise<ReadonlyMap<string, Segment>> {
  if (ids.length === 0) return new Map();
  const scope = scopeSql(viewer, 'read', { entity: SegmentEntity, alias: 't', now: app.now() });
  const distinct = [...new Set(ids.map(idFromBytes))].map(idToBytes);
  const rows = await selectRows(
    app.db.manager,
    SegmentEntity,
    sql`WHERE t.id IN (${distinct}) AND t.deletedAt IS NULL AND ${scope} LIMIT ${raw(String(segmentsMax * 2))}`,
  );
  return new Map(rows.map((segment) => [segment.id, segment]));
}
