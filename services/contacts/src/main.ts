import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { customisable } from './entities.ts';
import { createSchema } from './schema.ts';
import { startTouchPlanJob } from './touch-plan/touch-plan.job.ts';

await startService(
  {
    name: 'contacts',
    schema: createSchema(),
    createContext,
    jobs: [startTouchPlanJob],
    consumers,
    customisable,
  },
  process.env,
);
