import { startService } from '@crm/kit/server/service';
import { startExportJob } from '@crm/kit/transfer/export-job';
import { consumers } from './consumers.ts';
import { createContext } from './context.ts';
import { startFollowJob } from './follow/follow.job.ts';
import { CustomerEntity } from './customer/customer.fields.ts';
import { startPyramidJob } from './pyramid/pyramid.job.ts';
import { startRollupJob } from './rollup/rollup.job.ts';
import { startEvaluationJob } from './run/run.job.ts';
import { exportSources } from './report-export/export-sources.ts';
import { createSchema } from './schema.ts';
import { startSimulationJob } from './simulation/simulation.job.ts';
import { startOverrideJob } from './score/override.job.ts';

await startService(
  {
    name: 'analytics',
    schema: createSchema(),
    createContext,
    consumers,
    jobs: [
      startFollowJob,
      startPyramidJob,
      startEvaluationJob,
      startOverrideJob,
      startSimulationJob,
      startRollupJob,
      (app) => startExportJob(app, exportSources),
    ],
    customisable: [CustomerEntity],
  },
  process.env,
);
