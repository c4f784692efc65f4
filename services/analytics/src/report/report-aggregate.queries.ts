import type { RequestContext } from '@crm/kit/context';
import { forbidden } from '@crm/kit/errors';
import {
  aggregateRecords,
  type AggregateArgs,
  type AggregateResult,
} from '@crm/kit/record/aggregate';
import { withFields, type Entity } from '@crm/kit/record/entity';
import { id, text, type FieldClass, type Fields } from '@crm/kit/record/field';
import { readingOf, readsCompany } from '@crm/kit/record/policy';
import type { Viewer } from '@crm/kit/viewer';
import { withNames } from '../fact/group-names.ts';
import { findNamedThings } from './named-thing.repository.ts';
import type { NamedThings } from './named-thing.ts';
import { prepareReport, readerOf } from './report.queries.ts';
import type { ReportRow } from './report.fields.ts';

export type ReportAggregateArgs = Omit<AggregateArgs, 'where'> & {
  readonly currency?: string | null;
  readonly where?: unknown;
};

/**
 * Figures by group over the customers that the viewer may read. A customer counts once, in one
 * currency; by `currency` it counts in each in which it has business, and by `segments` and
 * `competitors` in each of those.
 */
export async function aggregateReport(
  context: RequestContext,
  asked: ReportAggregateArgs,
): Promise<AggregateResult> {
  const { entity, args } = await planReportAggregate(context, asked);
  return withNames(context, entity, await aggregateRecords(context, entity, args));
}

/** The rows that a question is about, with all that it names, and the question in their fields. */
export async function planReportAggregate(
  context: RequestContext,
  { currency, where, ...args }: ReportAggregateArgs,
): Promise<{ readonly entity: Entity<ReportRow>; readonly args: AggregateArgs }> {
  const groups = (args.groupBy ?? []).map(({ field }) => field);
  const fields = [...groups, ...args.measures.flatMap(({ field }) => field ?? [])];
  const isApart = groups.includes('currency') && !currency;
  const report = await prepareReport(readerOf(context), { currency, where, fields, isApart });
  const entity = await withSeveral(context, report.entity, groups);
  return { entity, args: { ...args, where: report.where } };
}

/** What a customer has several of can be grouped by when it stands beside the customer. */
type Several = {
  readonly join: (alias: string, viewer: Viewer) => string;
  readonly fields: (things: NamedThings) => Fields;
};

const several: Readonly<Record<string, Several>> = {
  segments: {
    join: (alias, viewer) =>
      `LEFT JOIN (SELECT m.subjectId, s.code FROM segmentMember m JOIN segment s
         ON s.id = m.segmentId AND s.deletedAt IS NULL AND s.class IN (${readable(viewer)})
         WHERE m.leftAt IS NULL) ${alias}Segment ON ${alias}Segment.subjectId = ${alias}.id`,
    fields: (things) => ({
      segments: {
        ...text({
          max: 64,
          label: { zh: '客户群', en: 'Segments' },
          sql: (alias) => `${alias}Segment.code`,
        }),
        labels: labelsOf(things),
      },
    }),
  },
  competitors: {
    join: (alias) =>
      `LEFT JOIN (SELECT DISTINCT c.customerId, c.competitorId FROM competitionFact c
         WHERE c.deletedAt IS NULL AND c.standing IN ('ACTIVE', 'LEADING')) ${alias}Competitor
         ON ${alias}Competitor.customerId = ${alias}.id`,
    fields: () => ({
      competitors: id({
        references: 'Competitor',
        label: { zh: '竞争对手', en: 'Competitors' },
        sql: (alias) => `${alias}Competitor.competitorId`,
      }),
    }),
  },
};

const classes: readonly FieldClass[] = ['PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'PERSONAL'];

/** What a segment is made of is told by who is in it. */
const readable = (viewer: Viewer): string =>
  classes
    .filter((each) => readingOf(viewer, each) === 'read')
    .map((each) => `'${each}'`)
    .join(', ') || 'NULL';

const labelsOf = (things: NamedThings) =>
  Object.fromEntries(
    [...things.values()]
      .filter(({ kind }) => kind === 'SEGMENT')
      .map(({ code, labels }) => [code, labels]),
  );

async function withSeveral(
  context: RequestContext,
  entity: Entity<ReportRow>,
  groups: readonly string[],
): Promise<Entity<ReportRow>> {
  const asked = Object.entries(several).filter(([name]) => groups.includes(name));
  if (asked.length === 0) return entity;
  const { viewer, app } = context;
  if (groups.includes('competitors') && !readsCompany(viewer)) {
    throw forbidden('You may not use CustomerReportRow.competitors');
  }
  const things = await findNamedThings(app.db.manager, groups.includes('segments') ? null : []);
  const joins = (alias: string): string =>
    asked.map(([, { join }]) => join(alias, viewer)).join(' ');
  const fields = Object.assign({}, ...asked.map(([, each]) => each.fields(things)));
  return {
    ...withFields(entity, fields),
    beside: (alias) => `${entity.beside(alias)} ${joins(alias)}`,
  };
}
