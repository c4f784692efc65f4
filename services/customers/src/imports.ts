import { runBackground } from '@crm/kit/server/background-thread';
import { createImportRun } from '@crm/kit/transfer/import-run';
import { importers } from './transfer/importers.ts';

await runBackground({
  name: 'customers',
  start: (app) => createImportRun(app, importers),
  env: process.env,
});
