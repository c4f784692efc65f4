import type { App } from '@crm/kit/context';
import { startTask, type Task } from '@crm/kit/task';
import { scanKeys } from './key-scan.repository.ts';

/** A few people at a time, so that nobody notices: 100,000 are looked at in a quarter of an hour. */
const pollMs = 2000;

/** Has people be recognised by what they should be, in one of the service's processes. */
export const startKeyScanJob = (app: App): Task =>
  startTask(app, {
    name: 'person-keys',
    pollMs,
    step: async (manager) => {
      await scanKeys(manager, app.now());
      return false;
    },
  });
