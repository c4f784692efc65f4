import type { RequestContext } from '@crm/kit/context';
import type { OrderBy } from '@crm/kit/record/sort';
import { startExport } from '@crm/kit/transfer/export-job.commands';
import type { ExportJob } from '@crm/kit/transfer/export-job.fields';
import type { FileFormat } from '@crm/kit/transfer/stored-file.fields';
import type { FactAggregateArgs } from '../fact/fact.queries.ts';
import type { ReportAggregateArgs } from '../report/report-aggregate.queries.ts';
import { exportSources } from './export-sources.ts';

type Common = {
  readonly where?: unknown;
  readonly format: FileFormat;
  readonly headings: ExportJob['headings'];
  readonly clientMutationId?: string | null;
};

type ReportInput = Common & {
  readonly currency?: string | null;
  readonly orderBy?: readonly OrderBy[] | null;
  readonly columns?: readonly string[] | null;
};

/** Has the customers of a report written to a file, with the columns that are named. */
export const exportCustomerReport = (
  context: RequestContext,
  { currency, columns, ...input }: ReportInput,
): Promise<ExportJob> =>
  startExport(context, exportSources, {
    ...input,
    entity: 'CustomerReport',
    fields: columns ?? null,
    asked: { currency },
  });

/** Has the groups of a report written to a file. */
export const exportReportAggregate = (
  context: RequestContext,
  { where, format, headings, clientMutationId, ...asked }: Common & ReportAggregateArgs,
): Promise<ExportJob> =>
  startExport(context, exportSources, {
    entity: 'CustomerReportAggregate',
    where,
    format,
    headings,
    clientMutationId: clientMutationId ?? null,
    asked,
  });

/** Has groups of facts written to a file. */
export const exportFactAggregate = (
  context: RequestContext,
  { where, format, headings, clientMutationId, ...asked }: Common & FactAggregateArgs,
): Promise<ExportJob> =>
  startExport(context, exportSources, {
    entity: 'FactAggregate',
    where,
    format,
    headings,
    clientMutationId: clientMutationId ?? null,
    asked,
  });
