import { snapshotService } from '@crm/kit/server/step';
import { alertSnapshot } from './alert/alert.events.ts';
import { carePlanSnapshot } from './plan/plan.events.ts';
import { careTaskSnapshot } from './task/task.events.ts';

await snapshotService('care', [alertSnapshot, carePlanSnapshot, careTaskSnapshot], process.env);
