import { documentAnswerer } from '@crm/kit/document/document.answer';
import { readDocumentSettings } from '@crm/kit/document/document.config';
import { startDocumentJob } from '@crm/kit/document/document.job';
import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { customisable } from './entities.ts';
import { documents } from './document/document.commands.ts';
import { startKeyScanJob } from './duplicate/key-scan.job.ts';
import { createSchema } from './schema.ts';
import { startTouchPlanJob } from './touch-plan/touch-plan.job.ts';

const settings = readDocumentSettings('contacts', process.env);

await startService(
  {
    name: 'contacts',
    schema: createSchema(),
    createContext: (app, request) => createContext({ ...app, documents: settings }, request),
    documents: (app) => documentAnswerer(app, settings, documents),
    jobs: [startTouchPlanJob, startKeyScanJob, (app) => startDocumentJob(app, settings, documents)],
    consumers,
    customisable,
  },
  process.env,
);
