import { snapshotService } from '@crm/kit/server/step';
import { alertSnapshot } from './alert/alert.events.ts';
import { campaignSnapshot, carePlanSnapshot } from './plan/plan.events.ts';
import { surveyResponseSnapshot } from './survey-response/respond.commands.ts';
import { careTaskSnapshot } from './task/task.events.ts';

await snapshotService(
  'care',
  [alertSnapshot, carePlanSnapshot, campaignSnapshot, careTaskSnapshot, surveyResponseSnapshot],
  process.env,
);
