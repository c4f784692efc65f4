import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { IsNull, type DataSource } from 'typeorm';
import { z } from 'zod';
import type { StreamMessage } from './bus-stream.ts';
import type { Bus } from './bus.ts';
import { defineEvent, type NewEvent } from './event.ts';
import { newId } from '../id.ts';
import { kitMigrations } from '../migrations/index.ts';
import { OutboxTable, pruneOutbox, record, recordMany } from './outbox.ts';
import { publishRound, type RelayScope } from './relay-publish.ts';
import { createUnmarked } from './relay-unmarked.ts';
import { startRelay, type Relay } from './relay.ts';
import { testStream, type TestStream } from '../testing/bus.ts';
import { testDatabase } from '../testing/database.ts';
import { changed, leaseMs, log } from '../testing/things.ts';
import { until } from '../testing/until.ts';

const ThingDetailed = defineEvent('thing.detailed', z.object({ phone: z.string() }), {
  visibility: 'private',
});
let db: DataSource;
let stream: TestStream;
let bus: Bus;
const relays: Relay[] = [];

beforeAll(async () => {
  db = await testDatabase({ entities: [OutboxTable], migrations: kitMigrations });
});
afterAll(() => db.destroy());
beforeEach(async () => {
  await db.query('DELETE FROM outbox');
  stream = await testStream();
  bus = stream.connect();
  await until(() => bus.isConnected(), { what: 'NATS connected' });
  await bus.ensureStream();
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await stream.close();
});

function start(options: Partial<Parameters<typeof startRelay>[0]> = {}): Relay {
  const started = startRelay({ db, bus, service: 'things', log, leaseMs, ...options });
  relays.push(started);
  return started;
}

/** Commits versions 1 to `versions` of each of `count` new things. */
async function write(count: number, versions: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, newId);
  for (let version = 1; version <= versions; version += 1) {
    await db.transaction((manager) =>
      recordMany(
        manager,
        ids.map((id) => changed(id, version)),
      ),
    );
  }
  return ids;
}

const unpublished = (): Promise<number> =>
  db.manager.countBy(OutboxTable, { publishedSeq: IsNull() });
const drained = (): Promise<void> =>
  until(async () => (await unpublished()) === 0, { what: 'outbox drained' });

async function readStream(): Promise<readonly StreamMessage[]> {
  const { firstSeq, lastSeq } = await bus.streamState();
  const messages: StreamMessage[] = [];
  for (let seq = firstSeq; seq <= lastSeq; seq += 1) {
    const message = await bus.messageAt(seq);
    if (message) messages.push(message);
  }
  return messages;
}

/** The versions that the stream holds of each thing, in its order. */
async function versionsById(): Promise<Readonly<Record<string, readonly number[]>>> {
  const versions: Record<string, number[]> = {};
  for (const { headers } of await readStream()) {
    (versions[headers['ce-subject'] ?? ''] ??= []).push(Number(headers['ce-version']));
  }
  return versions;
}

const onceInOrder = (ids: readonly string[], versions: number): object =>
  Object.fromEntries(ids.map((id) => [id, Array.from({ length: versions }, (_, at) => at + 1)]));

const count = async (): Promise<number> =>
  (await bus.streamState().catch(() => null))?.messages ?? 0;

async function publishAll(): Promise<void> {
  while ((await unpublished()) > 0) await publishOnce({ db, bus, service: 'things', log });
}

async function publishOnce(scope: RelayScope): Promise<void> {
  const unmarked = createUnmarked(scope);
  await publishRound(scope, unmarked);
  await unmarked.mark();
}

const die = (): void => {
  throw new Error('killed');
};

describe('record', () => {
  test('writes nothing outside a transaction', async () => {
    await expect(record(db.manager, changed(newId(), 1))).rejects.toThrow('inside a transaction');
  });

  test('refuses data that its schema does not know, and what is larger than 64 KiB', async () => {
    const Note = defineEvent('note.written', z.object({ text: z.string() }));
    const noteOf = (data: object): NewEvent => ({ ...changed(newId(), 1), type: Note, data });

    const commit = (event: NewEvent): Promise<void> =>
      db.transaction((manager) => record(manager, event));
    await expect(commit(noteOf({ text: 1 }))).rejects.toThrow('expected string');
    await expect(commit(noteOf({ text: '客'.repeat(30_000) }))).rejects.toThrow('64 KiB');
    expect(await db.manager.count(OutboxTable)).toBe(0);
  });

  test('refuses a second public event of one version', async () => {
    const id = newId();
    await db.transaction((manager) => record(manager, changed(id, 1)));

    await expect(db.transaction((manager) => record(manager, changed(id, 1)))).rejects.toThrow(
      'Duplicate entry',
    );
  });
});

describe('the relay', () => {
  test('publishes each event once, in the order of its aggregate, right after the commit', async () => {
    start();
    const ids = await write(20, 5);
    await drained();

    expect(await versionsById()).toEqual(onceInOrder(ids, 5));
    const [first] = await readStream();
    expect(first?.subject).toMatch(/^crm\.evt\.thing\.[0-9a-f-]{36}$/);
    expect(first?.headers).toMatchObject({
      'ce-specversion': '1.0',
      'ce-source': '/things',
      'ce-type': 'thing.changed',
      'ce-version': '1',
      'ce-schemaversion': '1',
      'Nats-Expected-Last-Subject-Sequence': '0',
    });
    expect(JSON.parse(first?.body ?? '')).toEqual({
      actor: null,
      customerId: null,
      changedFields: ['size'],
      data: { size: 1 },
    });
  });

  test('publishes private events on subjects of their own, after the public one', async () => {
    start();
    const id = newId();
    await db.transaction(async (manager) => {
      await record(manager, changed(id, 1));
      const phone = { ...changed(id, 1), type: ThingDetailed, data: { phone: '1' } };
      await record(manager, phone);
    });
    await drained();

    const messages = await readStream();
    expect(messages.map(({ subject }) => subject)).toEqual([
      `crm.evt.thing.${id}`,
      `crm.private.thing.${id}`,
    ]);
  });

  test('stores nothing twice when it dies between acknowledgement and mark, 20 times', async () => {
    const ids = await write(10, 3);
    const dying = { db, bus, service: 'things', log, onAcknowledged: die };
    for (let death = 0; death < 20; death += 1) {
      await expect(publishOnce(dying)).rejects.toThrow('killed');
    }
    expect(await unpublished()).toBe(30);
    start();
    await drained();

    expect(await versionsById()).toEqual(onceInOrder(ids, 3));
  });

  test('does no harm beside a relay that believes to be the one', async () => {
    const ids = await write(10, 20);
    const other = stream.connect();
    await until(() => other.isConnected(), { what: 'NATS connected twice' });
    const scope = { db, service: 'things', log };
    await Promise.allSettled([
      publishOnce({ ...scope, bus }),
      publishOnce({ ...scope, bus: other }),
    ]);
    start();
    await drained();

    expect(await versionsById()).toEqual(onceInOrder(ids, 20));
  });

  test('hands over to another process when it stops', async () => {
    const first = start();
    await until(first.isActive, { what: 'the first relay active' });
    const second = start({ bus: stream.connect() });
    await first.stop();
    await until(second.isActive, { what: 'the second relay active' });
    const ids = await write(5, 2);
    await drained();

    expect(await versionsById()).toEqual(onceInOrder(ids, 2));
  });

  test('keeps what is written while NATS is down, and publishes it in order after that', async () => {
    start();
    const before = await write(10, 5);
    stream.cut();
    await until(() => !bus.isConnected(), { what: 'NATS gone' });
    const meanwhile = await write(50, 5);
    expect(await unpublished()).toBeGreaterThanOrEqual(250);
    await stream.heal();
    await drained();

    expect(await versionsById()).toEqual(onceInOrder([...before, ...meanwhile], 5));
  });

  test('publishes everything again after the stream was wiped', async () => {
    start();
    const ids = await write(20, 5);
    await drained();
    stream.cut();
    await stream.wipe();
    await stream.heal();
    await until(async () => (await count()) === 100, { what: 'all published again' });

    expect(await versionsById()).toEqual(onceInOrder(ids, 5));
  });

  test('publishes everything again after the stream was purged, at once', async () => {
    const ids = await write(20, 5);
    await publishAll();
    await stream.purge();
    start();
    await until(async () => (await count()) === 100, { what: 'all published again' });

    expect(await versionsById()).toEqual(onceInOrder(ids, 5));
  });

  test('publishes again only what a stream has lost at its end', async () => {
    const early = await write(20, 5);
    await publishAll();
    const { lastSeq } = await bus.streamState();
    const late = await write(20, 5);
    await publishAll();
    await stream.cutOff(lastSeq);
    start();
    await until(async () => (await count()) === 200, { what: 'the end published again' });

    expect(await versionsById()).toEqual(onceInOrder([...early, ...late], 5));
    expect((await bus.streamState()).lastSeq).toBe(300);
  });

  test('deletes what was published more than 72 hours ago, and nothing else', async () => {
    await write(3, 1);
    await publishAll();
    await db.query('UPDATE outbox SET publishedAt = UTC_TIMESTAMP(6) - INTERVAL 73 HOUR');
    await write(2, 1);
    await publishAll();
    await write(2, 1);

    expect(await pruneOutbox(db)).toBe(3);
    expect(await db.manager.count(OutboxTable)).toBe(4);
  });

  test('goes on from the stream when the outbox has forgotten the event before', async () => {
    const [id = ''] = await write(1, 3);
    await publishAll();
    await db.query('DELETE FROM outbox');
    await db.transaction((manager) => record(manager, changed(id, 4)));
    await publishAll();

    expect(await versionsById()).toEqual(onceInOrder([id], 4));
  });
});
