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

export type TestAnalytics = {
  readonly db: Database;
  readonly subgraph: TestSubgraph;
  readonly stop: () => Promise<void>;
};

const fixedDay = new Date('2026-11-24T04:00:00Z');

/** The service on a database of its own, on a fixed day unless a test moves it. Call `stop` after the tests. */
export async function testAnalytics(now = () => fixedDay): Promise<TestAnalytics> {
  const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const app = { db, log: createLog('test', 'silent'), now, retention: usualRetention };
  const subgraph = await testSubgraph({
    name: 'analytics',
    schema: createSchema(),
    createContext: (request) => createContext(app, request),
    files: fileAnswerer(app),
  });
  const stop = async (): Promise<void> => {
    await subgraph.stop();
    await db.destroy();
  };
  return { db, subgraph, stop };
}
