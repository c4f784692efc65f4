import { cancelExport } from '@crm/kit/transfer/export-job.commands';
import { exportJobs } from '@crm/kit/transfer/export-job.queries';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  exportCustomerReport,
  exportFactAggregate,
  exportReportAggregate,
} from './report-export.commands.ts';

export const reportExportResolvers: Resolvers = {
  Query: {
    reportExport: (_, { id }, { loaders }) => loaders.reportExport.load(id),
    reportExports: (_, args, context) => exportJobs(context, args),
  },
  Mutation: {
    exportCustomerReport: (_, { input }, context) => exportCustomerReport(context, input),
    exportCustomerReportAggregate: (_, { input }, context) => exportReportAggregate(context, input),
    exportFactAggregate: (_, { input }, context) => exportFactAggregate(context, input),
    cancelReportExport: (_, { input }, context) => cancelExport(context, input),
  },
  ReportExport: {
    __resolveReference: ({ id }, { loaders }) => loaders.reportExport.load(id),
    kind: ({ entity }) => entity,
    path: ({ state, fileId }) => (state === 'DONE' ? `/files/analytics/${fileId ?? ''}` : null),
  },
};
