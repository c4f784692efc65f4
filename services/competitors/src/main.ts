import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { startCountermeasureJob } from './countermeasure/countermeasure.job.ts';
import { createContext } from './context.ts';
import { customisable } from './entities.ts';
import { createSchema } from './schema.ts';

await startService(
  {
    name: 'competitors',
    schema: createSchema(),
    createContext,
    consumers,
    customisable,
    jobs: [startCountermeasureJob],
  },
  process.env,
);
