import type { App } from '@crm/kit/context';
import type { Database } from '@crm/kit/database/database';
import type { RecordedEvent } from '@crm/kit/event/event';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { testDatabase } from '@crm/kit/testing/database';
import { applyWith } from '@crm/kit/testing/events';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { consumers } from '../consumers.ts';
import { createContext } from '../context.ts';
import { migrations } from '../migrations/index.ts';
import { createSchema } from '../schema.ts';

export type StillCare = Pick<TestSubgraph, 'execute'> & {
  readonly app: App;
  readonly db: Database;
  /** Applies what other services tell. */
  readonly apply: (events: readonly RecordedEvent[]) => Promise<void>;
  /** Sets the clock. It stands still until it is set again. */
  readonly setClock: (at: Date) => void;
  readonly stop: () => Promise<void>;
};

/** The service on a database of its own, in which nothing goes on by itself. */
export async function stillCare(now: Date): Promise<StillCare> {
  const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  let at = now;
  const app: App = { db, log: createLog('test', 'silent'), now: () => at };
  const { execute, stop } = await testSubgraph({
    name: 'care',
    schema: createSchema(),
    createContext: (request) => createContext(app, request),
  });
  const apply = applyWith(consumers);
  return {
    app,
    db,
    execute,
    apply: (events) => apply(db, events),
    setClock: (set) => {
      at = set;
    },
    stop: async () => {
      await stop();
      await db.destroy();
    },
  };
}
