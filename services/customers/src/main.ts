import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { startDuplicateJob } from './duplicate/duplicate.job.ts';
import { startLifecycleJob } from './lifecycle/lifecycle.job.ts';
import { createSchema } from './schema.ts';
import { startPoolJob } from './pool/pool.job.ts';
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
    ],
    consumers,
  },
  process.env,
);
