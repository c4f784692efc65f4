import { startService } from '@crm/kit/server/service';
import { startExportJob } from '@crm/kit/transfer/export-job';
import { startImportJob } from '@crm/kit/transfer/import-job';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { startDuplicateJob } from './duplicate/duplicate.job.ts';
import { startLifecycleJob } from './lifecycle/lifecycle.job.ts';
import { customisable } from './entities.ts';
import { createSchema } from './schema.ts';
import { startPoolJob } from './pool/pool.job.ts';
import { exported } from './transfer/exported.ts';
import { importers } from './transfer/importers.ts';
import { readWebhookSettings } from './webhook/webhook.config.ts';
import { startWebhookJob } from './webhook/webhook.job.ts';

const webhooks = readWebhookSettings(process.env);

await startService(
  {
    name: 'customers',
    schema: createSchema(),
    createContext: (app, request) => createContext({ ...app, webhooks }, request),
    jobs: [
      (app) => startWebhookJob(app, webhooks),
      startDuplicateJob,
      startPoolJob,
      startLifecycleJob,
      (app) => startImportJob(app, importers),
      (app) => startExportJob(app, exported),
    ],
    consumers,
    customisable,
  },
  process.env,
);
