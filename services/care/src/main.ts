import { startService } from '@crm/kit/server/service';
import { startAlertJob } from './alert/alert.job.ts';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { readDeliverySettings } from './delivery/delivery.config.ts';
import { startDeliveryJob } from './delivery/delivery.job.ts';
import { feedbackAnswerer } from './feedback/feedback.answer.ts';
import { startPlannerJob } from './planner/planner.job.ts';
import { createSchema } from './schema.ts';

const deliveries = readDeliverySettings(process.env);
const { companyName } = deliveries;

await startService(
  {
    name: 'care',
    schema: createSchema(),
    createContext: (app, request) => createContext({ ...app, companyName }, request),
    consumers,
    hooks: (app) => feedbackAnswerer(app, deliveries),
    jobs: [startAlertJob, startPlannerJob, (app) => startDeliveryJob(app, deliveries)],
  },
  process.env,
);
