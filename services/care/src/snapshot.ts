import { snapshotService } from '@crm/kit/server/step';
import { alertSnapshot } from './alert/alert.events.ts';

await snapshotService('care', [alertSnapshot], process.env);
