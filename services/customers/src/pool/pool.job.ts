import type { App } from '@crm/kit/context';
import { startTask, type Task } from '@crm/kit/task';
import { recycleOn } from './recycle.repository.ts';

const pollMs = 60_000;

/** Has customers that were left alone come into the pool, once a day. */
export const startPoolJob = (app: App): Task =>
  startTask(app, { name: 'pool', pollMs, step: (manager) => recycleOn(manager, app.now()) });
