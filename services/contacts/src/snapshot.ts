import { snapshotService } from '@crm/kit/server/step';
import { snapshots } from './snapshots.ts';

await snapshotService('contacts', snapshots, process.env);
