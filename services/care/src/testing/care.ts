import type { App } from '@crm/kit/context';
import { startConsumers } from '@crm/kit/event/consume';
import { companyDate } from '@crm/kit/record/criteria';
import type { Database } from '@crm/kit/database/database';
import type { EventType } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { recordMany } from '@crm/kit/event/outbox';
import { startRelay } from '@crm/kit/event/relay';
import { testStream } from '@crm/kit/testing/bus';
import { testDatabase } from '@crm/kit/testing/database';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { until } from '@crm/kit/testing/until';
import type { Viewer } from '@crm/kit/viewer';
import { consumers } from '../consumers.ts';
import { createContext } from '../context.ts';
import { migrations } from '../migrations/index.ts';
import { createSchema } from '../schema.ts';

type Telling<Data> = {
  readonly id: string;
  readonly customerId?: string | null;
  readonly data: Data;
};

export type TestCare = Pick<TestSubgraph, 'execute'> & {
  readonly app: App;
  readonly db: Database;
  /** Has another service tell an event, in the order of its aggregate. */
  readonly tell: <Data extends object>(
    type: EventType<Data>,
    telling: Telling<Data>,
  ) => Promise<void>;
  /** Waits until all that was told is applied. */
  readonly caughtUp: () => Promise<void>;
  /** Sets the clock. It stands still until it is set again. */
  readonly setClock: (at: Date) => void;
  /** Ends the consuming of events, whose statements would be counted with those of a test. */
  readonly quiet: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const leaseMs = 600;

/** The whole service on a database and a stream of its own; nothing but its jobs is running. */
export async function testCare(): Promise<TestCare> {
  const log = createLog('test', 'silent');
  const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const elsewhere = await testDatabase({ entities: [], migrations: kitMigrations });
  const stream = await testStream();
  const others = { db: elsewhere, bus: stream.connect('others'), service: 'others', log };
  const relay = startRelay({ ...others, leaseMs });
  const bus = stream.connect('care');
  const consuming = startConsumers({ db, bus, service: 'care', consumers, log, leaseMs });

  let now = new Date();
  const app: App = { db, log, now: () => now };
  const { execute, stop } = await testSubgraph({
    name: 'care',
    schema: createSchema(),
    createContext: (request) => createContext(app, request),
  });
  return {
    app,
    db,
    execute,
    tell: teller(elsewhere),
    caughtUp: () =>
      until(async () => (await isPublished(elsewhere)) && (await consuming.pending()) === 0, {
        what: 'events applied',
      }),
    setClock: (at) => {
      now = at;
    },
    quiet: consuming.stop,
    stop: async () => {
      await stop();
      await consuming.stop();
      await relay.stop();
      await stream.close();
      await elsewhere.destroy();
      await db.destroy();
    },
  };
}

function teller(elsewhere: Database): TestCare['tell'] {
  const versions = new Map<string, number>();
  return async (type, { id, customerId = null, data }) => {
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    const rest = { aggregateId: id, version, customerId, actor: null, changedFields: [] };
    await elsewhere.transaction((manager) => recordMany(manager, [{ type, data, ...rest }]));
  };
}

const isPublished = async (elsewhere: Database): Promise<boolean> => {
  const [row]: { open: number }[] = await elsewhere.query(
    'SELECT COUNT(*) AS open FROM outbox WHERE publishedSeq IS NULL',
  );
  return row?.open === 0;
};

/** Waits until every rule has looked at every customer, today and in its present form. */
export const looked = ({ app, db }: Pick<TestCare, 'app' | 'db'>): Promise<void> =>
  until(
    async () => {
      const [row]: { open: number }[] = await db.query(
        `SELECT (SELECT COUNT(*) FROM pulseDue) + (
           SELECT COUNT(*) FROM alertRule r
           LEFT JOIN alertSweep s ON s.ruleId = r.id AND s.ruleVersion = r.version AND s.day = ?
           WHERE COALESCE(s.isDone, 0) = 0) AS open`,
        [companyDate(app.now())],
      );
      return Number(row?.open) === 0;
    },
    { what: 'all customers looked at' },
  );

/** Somebody with this role alone. */
export const as = (
  role: Viewer['roles'][number],
  viewer: Partial<Viewer> = {},
): { viewer: Partial<Viewer> } => ({
  viewer: { subject: role, staffId: newId(), teamIds: [newId()], roles: [role], ...viewer },
});
