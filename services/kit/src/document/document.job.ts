import type { App } from '../context.ts';
import { startTask, type Task } from '../task.ts';
import type { Documents, DocumentSettings } from './document.ts';
import { purgeRemoved } from './purge.repository.ts';
import { sweepUploads } from './upload.repository.ts';

const pollMs = 30_000;

/** Deletes what broken uploads and removed documents have left, in one of the service's processes. */
export const startDocumentJob = (
  app: App,
  { store, keptDays }: DocumentSettings,
  documents: Documents,
): Task =>
  startTask(app, {
    name: 'document',
    pollMs,
    step: async (manager) => {
      const now = app.now();
      const isMore = await purgeRemoved({ manager, now, keptDays }, documents);
      return (await sweepUploads({ manager, now, remove: store.remove })) || isMore;
    },
  });
