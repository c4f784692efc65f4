import type { App } from '@crm/kit/context';
import { startTask, type Task } from '@crm/kit/task';
import { endExpiredOverrides, expiredAtOnce } from './override.commands.ts';

const pollMs = 5000;

/** Tells what counts once an override has run out. Who reads sees it at once, with or without this. */
export const startOverrideJob = (app: App): Task =>
  startTask(app, {
    name: 'score-override',
    pollMs,
    step: async (manager) => (await endExpiredOverrides(manager, app.now())) === expiredAtOnce,
  });
