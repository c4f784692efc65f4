import type { App } from '@crm/kit/context';
import { startTask, type Task } from '@crm/kit/task';
import { scanOn } from './scan.repository.ts';

const pollMs = 2000;

/** Goes on with the scan that somebody started. */
export const startDuplicateJob = (app: App): Task =>
  startTask(app, { name: 'duplicates', pollMs, step: (manager) => scanOn(manager, app.now()) });
