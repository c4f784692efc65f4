import { startService } from '@crm/kit/server/service';
import { startAlertJob } from './alert/alert.job.ts';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { createSchema } from './schema.ts';

await startService(
  { name: 'care', schema: createSchema(), createContext, consumers, jobs: [startAlertJob] },
  process.env,
);
