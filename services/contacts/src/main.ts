import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { customisable } from './entities.ts';
import { documentAnswerer } from './document/document.answer.ts';
import { readDocumentSettings } from './document/document.config.ts';
import { startDocumentJob } from './document/document.job.ts';
import { startKeyScanJob } from './duplicate/key-scan.job.ts';
import { createSchema } from './schema.ts';
import { startTouchPlanJob } from './touch-plan/touch-plan.job.ts';

const documents = readDocumentSettings(process.env);

await startService(
  {
    name: 'contacts',
    schema: createSchema(),
    createContext: (app, request) => createContext({ ...app, documents }, request),
    documents: (app) => documentAnswerer(app, documents),
    jobs: [startTouchPlanJob, startKeyScanJob, (app) => startDocumentJob(app, documents)],
    consumers,
    customisable,
  },
  process.env,
);
