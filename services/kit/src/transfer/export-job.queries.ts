import type { RequestContext } from '../context.ts';
import { listPage, type Connection, type PageArgs } from '../record/page.ts';
import { ExportJobEntity, type ExportJob } from './export-job.fields.ts';

/** The viewer's own exports, the latest first. */
export const exportJobs = (
  context: RequestContext,
  args: Pick<PageArgs, 'after' | 'first'>,
): Promise<Connection<ExportJob>> =>
  listPage(context, ExportJobEntity, {
    ...args,
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });
