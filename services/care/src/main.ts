import { startService } from '@crm/kit/server/service';
import { startAlertJob } from './alert/alert.job.ts';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { readDeliverySettings } from './delivery/delivery.config.ts';
import { startDeliveryJob } from './delivery/delivery.job.ts';
import { feedbackAnswerer } from './feedback/feedback.answer.ts';
import { letterAnswerer } from './letter/letter.answer.ts';
import { readLetterKey } from './letter/letter.config.ts';
import { startPlannerJob } from './planner/planner.job.ts';
import { createSchema } from './schema.ts';

const deliveries = readDeliverySettings(process.env);
const { companyName, publicUrl } = deliveries;
const letterKey = readLetterKey(process.env);

await startService(
  {
    name: 'care',
    schema: createSchema(),
    createContext: (app, request) =>
      createContext({ ...app, companyName, publicUrl, letterKey }, request),
    documents: (app) => letterAnswerer(app, letterKey),
    consumers,
    hooks: (app) => feedbackAnswerer(app, deliveries),
    jobs: [startAlertJob, startPlannerJob, (app) => startDeliveryJob(app, deliveries)],
  },
  process.env,
);
