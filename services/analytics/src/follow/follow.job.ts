import type { App } from '@crm/kit/context';
import { startTask, type Task } from '@crm/kit/task';
import { followOn } from './follow.repository.ts';

const pollMs = 300;

/** Keeps segments and suggested stages right, in one of the service's processes at a time. */
export const startFollowJob = (app: App): Task =>
  startTask(app, {
    name: 'follow',
    pollMs,
    step: (manager) => followOn({ manager, now: app.now() }),
  });
