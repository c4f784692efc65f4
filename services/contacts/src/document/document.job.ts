import type { App } from '@crm/kit/context';
import type { BlobStore } from '@crm/kit/storage/blob-store';
import { startTask, type Task } from '@crm/kit/task';
import { sweepUploads } from './upload.repository.ts';

const pollMs = 30_000;

/** Deletes what broken uploads have left, in one of the service's processes. */
export const startDocumentJob = (app: App, { remove }: BlobStore): Task =>
  startTask(app, {
    name: 'document',
    pollMs,
    step: (manager) => sweepUploads({ manager, now: app.now(), remove }),
  });
