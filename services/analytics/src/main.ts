import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { createSchema } from './schema.ts';
import { startSegmentJob } from './segment/segment.job.ts';

await startService(
  {
    name: 'analytics',
    schema: createSchema(),
    createContext,
    consumers,
    jobs: [startSegmentJob],
  },
  process.env,
);
