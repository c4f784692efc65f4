import type { App } from '@crm/kit/context';
import { startTask, type Task } from '@crm/kit/task';
import { sweepOn } from './evaluation.repository.ts';

const pollMs = 1000;

/** Keeps who is in segments right where nothing happens but that a day begins or a segment is saved. */
export const startSegmentJob = (app: App): Task =>
  startTask(app, {
    name: 'segments',
    pollMs,
    step: (manager) => sweepOn({ manager, now: app.now() }),
  });
