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
import { readWebhookSettings } from './webhook/webhook.config.ts';
import { startWebhookJob } from './webhook/webhook.job.ts';

const name = 'customers';
/** Bundled beside this file. */
const imports = new URL('imports.js', import.meta.url);
const webhooks = readWebhookSettings(process.env);

await startService(
  {
    name,
    schema: createSchema(),
    createContext: (app, request) => createContext({ ...app, webhooks }, request),
    jobs: [
      (app) => startWebhookJob(app, webhooks),
      startDuplicateJob,
      startPoolJob,
      startLifecycleJob,
      (app) => startImportJob(app, { service: name, program: imports }),
      (app) => startExportJob(app, exported),
    ],
    consumers,
    customisable,
  },
  process.env,
);
