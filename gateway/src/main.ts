import process from 'node:process';
import { readConfig } from '@crm/kit/server/config';
import { createLog } from '@crm/kit/log';
import { gatewaySettings } from './config.ts';
import { startGateway } from './start.ts';

const config = readConfig(gatewaySettings, process.env);
await startGateway({
  config,
  log: createLog('gateway', config.LOG_LEVEL),
  examples: new URL('../examples/', import.meta.url),
});
