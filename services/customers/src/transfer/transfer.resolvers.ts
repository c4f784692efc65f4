import { cancelExport, startExport } from '@crm/kit/transfer/export-job.commands';
import { exportJobs } from '@crm/kit/transfer/export-job.queries';
import { cancelImport, revertImport, startImport } from '@crm/kit/transfer/import-job.commands';
import {
  importJobs,
  keptRecords,
  refusedRows,
  shareOf,
} from '@crm/kit/transfer/import-job.queries';
import { previewImport } from '@crm/kit/transfer/import-preview';
import type { Resolvers } from '../generated/resolvers.ts';
import { exported } from './exported.ts';
import { importers } from './importers.ts';

export const transferResolvers: Resolvers = {
  Query: {
    importJob: (_, { id }, { loaders }) => loaders.importJob.load(id),
    importJobs: (_, args, context) => importJobs(context, args),
    importPreview: (_, { input }, context) => previewImport(context, importers, input),
    exportJob: (_, { id }, { loaders }) => loaders.exportJob.load(id),
    exportJobs: (_, args, context) => exportJobs(context, args),
  },
  Mutation: {
    startImport: (_, { input }, context) => startImport(context, importers, input),
    cancelImport: (_, { input }, context) => cancelImport(context, input),
    revertImport: (_, { input }, context) => revertImport(context, importers, input),
    startExport: (_, { input }, context) => startExport(context, exported, input),
    cancelExport: (_, { input }, context) => cancelExport(context, input),
  },
  ImportJob: {
    __resolveReference: ({ id }, { loaders }) => loaders.importJob.load(id),
    createdBy: ({ createdById }, _, { loaders }) => loaders.staffMember.load(createdById),
    dryRun: ({ isDryRun }) => isDryRun,
    share: (job) => shareOf(job),
    refusedRows: (job, args, context) => refusedRows(context, job, args),
    keptRecords: (job, args, context) => keptRecords(context, job, args),
  },
  ExportJob: {
    __resolveReference: ({ id }, { loaders }) => loaders.exportJob.load(id),
    createdBy: ({ createdById }, _, { loaders }) => loaders.staffMember.load(createdById),
    path: ({ state, fileId }) => (state === 'DONE' ? `/files/customers/${fileId ?? ''}` : null),
  },
};
