import type { App } from '@crm/kit/context';
import { startTask, type Task } from '@crm/kit/task';
import { evaluateOn } from './evaluation.repository.ts';

const pollMs = 1000;

/** Has customers come to the stages that the rules say. */
export const startLifecycleJob = (app: App): Task =>
  startTask(app, { name: 'lifecycle', pollMs, step: (manager) => evaluateOn(manager, app.now()) });
