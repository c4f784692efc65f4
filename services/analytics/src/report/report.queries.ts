import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { companyDate, type Criteria } from '@crm/kit/record/criteria';
import { withFields, type Entity } from '@crm/kit/record/entity';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { readingOf } from '@crm/kit/record/policy';
import { planExport } from '@crm/kit/transfer/export-plan';
import type { EntityManager } from 'typeorm';
import { companyCurrency } from '../company.ts';
import { readCurrency } from '../summary/summary.queries.ts';
import { findNamedThings } from './named-thing.repository.ts';
import { codesOf, namedFields, namesAmong, namesIn } from './report-column.ts';
import { plainWhere } from './report-where.ts';
import { CustomerReportRow, headOf, type ReportRow } from './report.fields.ts';

/** What a report asks of the catalogue: a filter, and fields by name. */
type Asked = {
  readonly currency?: string | null | undefined;
  readonly where?: unknown;
  readonly fields: readonly string[];
  /** Of every currency. */
  readonly isApart?: boolean;
};

type PreparedReport = {
  readonly entity: Entity<ReportRow>;
  /** Of the fields of the entity alone. */
  readonly where: Criteria;
};

type Reader = Pick<RequestContext, 'viewer'> & {
  readonly manager: EntityManager;
  readonly now: Date;
};

export const readerOf = ({ app, viewer }: RequestContext): Reader => ({
  manager: app.db.manager,
  now: app.now(),
  viewer,
});

/** The rows of a report with the scores, tiers, segments and windows that are named: one statement to look these up. */
export async function prepareReport(
  { manager, viewer, now }: Reader,
  { currency, where, fields, isApart = false }: Asked,
): Promise<PreparedReport> {
  const plain = plainWhere(typeof where === 'object' && where !== null ? { ...where } : {});
  const names = [...namesIn(plain), ...namesAmong(fields)];
  const codes = codesOf(names);
  const things = codes.length === 0 ? new Map() : await findNamedThings(manager, codes);
  const made = namedFields(names, {
    things,
    today: companyDate(now),
    mayRead: (fieldClass) => readingOf(viewer, fieldClass) === 'read',
  });
  const entity = names.length === 0 ? CustomerReportRow : withFields(CustomerReportRow, made);
  return isApart ? { entity, where: plain } : inCurrency({ entity, where: plain }, currency);
}

function inCurrency(
  { entity, where }: PreparedReport,
  asked: string | null | undefined,
): PreparedReport {
  const currency = readCurrency(asked) ?? companyCurrency;
  return {
    entity: { ...entity, head: headOf(currency) },
    where: { all: [{ currency: { eq: currency } }, where] },
  };
}

type ReportArgs = Omit<PageArgs, 'where'> & {
  readonly currency?: string | null;
  readonly where?: unknown;
  readonly columns?: readonly string[] | null;
};

const columnsMax = 50;

/** The customers that the viewer may read, with the values of the columns that are asked for. */
export async function readReport(
  context: RequestContext,
  { currency, where, columns, ...page }: ReportArgs,
): Promise<Connection<ReportRow>> {
  const wanted = [...new Set(columns)];
  if (wanted.length > columnsMax) throw invalid(`At most ${columnsMax} columns`);
  const sorted = (page.orderBy ?? []).map(({ field }) => field);
  const reader = readerOf(context);
  const report = await prepareReport(reader, { currency, where, fields: [...wanted, ...sorted] });
  const planned = await planExport({ ...reader, entity: report.entity }, wanted);
  const found = await listPage(context, report.entity, { ...page, where: report.where });
  const withValues = (row: ReportRow): ReportRow => ({
    ...row,
    values: planned.map(({ path, valueOf }) => ({ field: path, value: valueOf(row) })),
  });
  return {
    ...found,
    nodes: found.nodes.map(withValues),
    edges: found.edges.map(({ cursor, node }) => ({ cursor, node: withValues(node) })),
  };
}
