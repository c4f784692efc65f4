import { startService } from '@crm/kit/server/service';
import { createContext } from './context.ts';
import { createSchema } from './schema.ts';
import { readWebhookSettings } from './webhook/webhook.config.ts';
import { startWebhookJob } from './webhook/webhook.job.ts';

const webhooks = readWebhookSettings(process.env);

await startService(
  {
    name: 'customers',
    schema: createSchema(),
    createContext: (app, request) => createContext({ ...app, webhooks }, request),
    jobs: [(app) => startWebhookJob(app, webhooks)],
  },
  process.env,
);
