import type { App } from '../context.ts';
import type { Bus } from '../event/bus.ts';
import { recordedSignal } from '../event/relay.ts';
import { startBackground } from '../server/background.ts';
import type { Task } from '../task.ts';
import { waitingImports } from './import-run.ts';

/**
 * Goes on with the imports that somebody started, each in turn. `program` is what the thread runs
 * that does it: `runBackground` with `createImportRun`.
 */
export const startImportJob = (
  { bus, ...app }: App & { readonly bus: Bus },
  { service, program }: { readonly service: string; readonly program: URL },
): Task =>
  startBackground(app, {
    name: 'imports',
    program,
    hasWork: async ({ db }) => (await db.query(findWaiting)).length > 0,
    onRecorded: () => bus.signal(recordedSignal(service)),
  });

const findWaiting = `SELECT 1 FROM importJob WHERE ${waitingImports} LIMIT 1`;
