import { documentAnswerer } from '@crm/kit/document/document.answer';
import { readDocumentSettings } from '@crm/kit/document/document.config';
import { startDocumentJob } from '@crm/kit/document/document.job';
import { startService } from '@crm/kit/server/service';
import { consumers } from './consumers.ts';
import { startCountermeasureJob } from './countermeasure/countermeasure.job.ts';
import { createContext } from './context.ts';
import { documents } from './document/document.commands.ts';
import { customisable } from './entities.ts';
import { createSchema } from './schema.ts';

const settings = readDocumentSettings('competitors', process.env);

await startService(
  {
    name: 'competitors',
    schema: createSchema(),
    createContext: (app, request) => createContext({ ...app, documents: settings }, request),
    documents: (app) => documentAnswerer(app, settings, documents),
    consumers,
    customisable,
    jobs: [startCountermeasureJob, (app) => startDocumentJob(app, settings, documents)],
  },
  process.env,
);
