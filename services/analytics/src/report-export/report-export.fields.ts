import type { Entity } from '@crm/kit/record/entity';
import { ExportJobEntity, type ExportJob } from '@crm/kit/transfer/export-job.fields';

/** An export as the graph calls it here: customers has exports of its own. */
export const ReportExportEntity: Entity<ExportJob> = { ...ExportJobEntity, name: 'ReportExport' };
