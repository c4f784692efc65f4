import type { Database } from '@crm/kit/database/database';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { testDatabase } from '@crm/kit/testing/database';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { fileAnswerer } from '@crm/kit/transfer/file-answer';
import { usualRetention } from '@crm/kit/transfer/retention';
import { createContext } from '../context.ts';
import { migrations } from '../migrations/index.ts';
import { createSchema } from '../schema.ts';
import { readWebhookSettings, type WebhookSettings } from '../webhook/webhook.config.ts';

/** Receivers of tests are on this machine, and nothing takes hours. */
export const testWebhookSettings: WebhookSettings = {
  ...readWebhookSettings({
    WEBHOOK_KEY: 'a key of thirty-two characters or more',
    WEBHOOK_NETWORKS: '127.0.0.0/8',
  }),
  retryDelaysS: [0.05, 0.1],
  timeoutMs: 1000,
  pollMs: 50,
  leaseMs: 2000,
};

export type TestCustomers = TestSubgraph & { readonly db: Database };

/** The service on a free port, with an empty database of its own. */
export async function startCustomers(): Promise<TestCustomers> {
  const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const app = {
    db,
    log: createLog('test', 'silent'),
    now: () => new Date(),
    webhooks: testWebhookSettings,
    retention: usualRetention,
  };
  const subgraph = await testSubgraph({
    name: 'customers',
    schema: createSchema(),
    createContext: (request) => createContext(app, request),
    files: fileAnswerer(app),
  });
  const stop = async (): Promise<void> => {
    await subgraph.stop();
    await db.destroy();
  };
  return { ...subgraph, db, stop };
}
