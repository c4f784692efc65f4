import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { aggregateRecords, type AggregateArgs } from '@crm/kit/record/aggregate';
import type { Entity } from '@crm/kit/record/entity';
import {
  recordList,
  type ExportList,
  type ExportQuestion,
  type ExportSource,
} from '@crm/kit/transfer/export-source';
import { planFacts, type FactAggregateArgs } from '../fact/fact.queries.ts';
import { withNames } from '../fact/group-names.ts';
import { revived } from '../report/criteria.repository.ts';
import {
  planReportAggregate,
  type ReportAggregateArgs,
} from '../report/report-aggregate.queries.ts';
import { prepareReport, readerOf } from '../report/report.queries.ts';
import { groupTable } from './group-columns.ts';

/** What was asked was checked by the graph when the export was started, and comes back as JSON. */
type FromJson = {
  readonly report: { readonly currency?: string | null };
  readonly reportAggregate: Omit<ReportAggregateArgs, 'where'>;
  readonly factAggregate: FactAggregateArgs;
};

const customerReport: ExportSource = {
  name: 'CustomerReport',
  open: async (context, question) => {
    const { fields, orderBy } = question;
    const { currency }: FromJson['report'] = Object(question.asked);
    const report = await prepareReport(readerOf(context), {
      currency,
      where: revived(question.where),
      fields: [...fields, ...orderBy.map(({ field }) => field)],
    });
    return recordList(context, { fields, orderBy, where: report.where, entity: report.entity });
  },
};

const customerReportAggregate: ExportSource = {
  name: 'CustomerReportAggregate',
  open: async (context, question) => {
    const args: FromJson['reportAggregate'] = Object(question.asked);
    const plan = await planReportAggregate(context, { ...args, where: revived(question.where) });
    return groupList(context, plan, question);
  },
};

const factAggregate: ExportSource = {
  name: 'FactAggregate',
  open: async (context, question) => {
    const args: FromJson['factAggregate'] = Object(question.asked);
    return groupList(context, planFacts({ ...args, where: revived(question.where) }), question);
  },
};

export const exportSources: readonly ExportSource[] = [
  customerReport,
  customerReportAggregate,
  factAggregate,
];

const groupsExportedMax = 50_000;

type Plan = { readonly entity: Entity; readonly args: AggregateArgs };

/** Groups are made of all rows at once, so that there is one page of them. */
async function groupList(
  context: RequestContext,
  { entity, args }: Plan,
  { headings }: ExportQuestion,
): Promise<ExportList> {
  const bounded = { ...args, first: groupsExportedMax, groupsMax: groupsExportedMax };
  const result = await withNames(context, entity, await aggregateRecords(context, entity, bounded));
  if (result.hasMore) {
    throw invalid(`There are more than ${groupsExportedMax} groups: ask for fewer`);
  }
  const language = headings === 'EN' ? 'en' : 'zh';
  const { columns, rows } = groupTable(result, { entity, args, language });
  return {
    columns,
    page: () => Promise.resolve({ nodes: rows, pageInfo: { hasNextPage: false, endCursor: null } }),
    count: () => Promise.resolve(rows.length),
  };
}
