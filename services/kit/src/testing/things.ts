import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import type { StreamMessage } from '../event/bus-stream.ts';
import type { Bus } from '../event/bus.ts';
import { startConsumers, type Consuming } from '../event/consume.ts';
import { on, type Consumer } from '../event/consumer.ts';
import { defineEvent, type NewEvent, type RecordedEvent } from '../event/event.ts';
import { newId } from '../id.ts';
import { createLog } from '../log.ts';
import { kitMigrations } from '../migrations/index.ts';
import { OutboxTable, recordMany } from '../event/outbox.ts';
import { publishRound } from '../event/relay-publish.ts';
import { createUnmarked } from '../event/relay-unmarked.ts';
import { testStream, type TestStream } from './bus.ts';
import { testDatabase } from './database.ts';
import { until } from './until.ts';

/** What the tests of events tell and keep: things that change, and a tally of their versions. */
export const ThingChanged = defineEvent('thing.changed', z.object({ size: z.number() }));

export const changed = (aggregateId: string, version: number): NewEvent => ({
  type: ThingChanged,
  aggregateId,
  version,
  customerId: null,
  actor: null,
  changedFields: ['size'],
  data: { size: version },
});

export const things = (count: number): readonly string[] => Array.from({ length: count }, newId);

/** Keeps the versions of each thing in the order in which they were applied. */
export const append = (
  manager: EntityManager,
  { aggregateId, version }: RecordedEvent,
): Promise<void> =>
  manager.query(
    `INSERT INTO tally (id, versions) VALUES (?, ?) AS fresh
     ON DUPLICATE KEY UPDATE versions = CONCAT(tally.versions, ' ', fresh.versions)`,
    [aggregateId, String(version)],
  );

export const tally = on(ThingChanged, append);

export type Things = {
  readonly db: DataSource;
  readonly stream: TestStream;
  readonly bus: Bus;
  readonly consume: (consumers?: readonly Consumer[], at?: Bus) => Consuming;
  /** Has what was started stopped with everything else. */
  readonly keep: <Started extends Stoppable>(started: Started) => Started;
  /** Commits the versions `from` to `to` of each of the things, and publishes them. */
  readonly publish: (ids: readonly string[], from: number, to: number) => Promise<void>;
  readonly tallies: () => Promise<Readonly<Record<string, string>>>;
  readonly messages: () => Promise<readonly StreamMessage[]>;
  readonly close: () => Promise<void>;
};

type Stoppable = { readonly stop: () => Promise<void> };

export const log = createLog('test', 'silent');
export const leaseMs = 600;

export async function thingsDatabase(): Promise<DataSource> {
  const db = await testDatabase({ entities: [OutboxTable], migrations: kitMigrations });
  await db.query('CREATE TABLE tally (id CHAR(36) PRIMARY KEY, versions TEXT NOT NULL)');
  return db;
}

/** Empty tables and a stream of its own for one test. */
export async function openThings(db: DataSource): Promise<Things> {
  for (const table of ['outbox', 'inbox', 'consumerPosition', 'deadLetter', 'lease', 'tally']) {
    await db.query(`DELETE FROM ${table}`);
  }
  const stream = await testStream();
  const bus = stream.connect();
  await until(() => bus.isConnected(), { what: 'NATS connected' });
  await bus.ensureStream();
  const started: Stoppable[] = [];
  const keep: Things['keep'] = (each) => {
    started.push(each);
    return each;
  };

  return {
    db,
    stream,
    bus,
    keep,
    consume: (consumers = [tally], at = bus) =>
      keep(startConsumers({ db, bus: at, service: 'tally', consumers, log, leaseMs })),
    publish: async (ids, from, to) => {
      for (let version = from; version <= to; version += 1) {
        const events = ids.map((id) => changed(id, version));
        await db.transaction((manager) => recordMany(manager, events));
      }
      const unmarked = createUnmarked({ db });
      while (await publishRound({ db, bus, service: 'things', log }, unmarked))
        await unmarked.mark();
      await unmarked.mark();
    },
    tallies: () => findTallies(db),
    messages: () => readStream(bus),
    close: async () => {
      await Promise.all(started.map((each) => each.stop()));
      await stream.close();
    },
  };
}

async function findTallies(db: DataSource): Promise<Readonly<Record<string, string>>> {
  const rows = await db.query<readonly { id: string; versions: string }[]>('SELECT * FROM tally');
  return Object.fromEntries(rows.map(({ id, versions }) => [id, versions]));
}

async function readStream(bus: Bus): Promise<readonly StreamMessage[]> {
  const { firstSeq, lastSeq } = await bus.streamState();
  const messages: StreamMessage[] = [];
  for (let seq = firstSeq; seq <= lastSeq; seq += 1) {
    const message = await bus.messageAt(seq);
    if (message) messages.push(message);
  }
  return messages;
}

export const all = (ids: readonly string[], versions: string): object =>
  Object.fromEntries(ids.map((id) => [id, versions]));

export const isCaughtUp = async ({ pending }: Consuming): Promise<boolean> =>
  (await pending().catch(() => null)) === 0;

export const caughtUp = (consuming: Consuming): Promise<void> =>
  until(() => isCaughtUp(consuming), { what: 'all events read' });
