import type { App } from '@crm/kit/context';
import { startTask, type Task } from '@crm/kit/task';
import type { DocumentSettings } from './document.queries.ts';
import { purgeRemoved } from './purge.repository.ts';
import { sweepUploads } from './upload.repository.ts';

const pollMs = 30_000;

/** Deletes what broken uploads and removed documents have left, in one of the service's processes. */
export const startDocumentJob = (app: App, { store, keptDays }: DocumentSettings): Task =>
  startTask(app, {
    name: 'document',
    pollMs,
    step: async (manager) => {
      const now = app.now();
      const isMore = await purgeRemoved({ manager, now, keptDays });
      return (await sweepUploads({ manager, now, remove: store.remove })) || isMore;
    },
  });
