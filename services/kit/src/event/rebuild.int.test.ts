import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import {
  all,
  append,
  caughtUp,
  openThings,
  log,
  tally,
  ThingChanged,
  things,
  thingsDatabase,
  type Things,
} from '../testing/things.ts';
import { newId } from '../id.ts';
import { until } from '../testing/until.ts';
import { on } from './consumer.ts';
import type { Envelope } from './envelope.ts';
import { rebuild, type RebuildOptions } from './rebuild.ts';
import { tellSnapshots, type Snapshot } from './snapshot.ts';

let db: DataSource;
let beside: DataSource;
let at: Things;

const withDates = async (opened: DataSource): Promise<DataSource> => {
  await opened.query(
    'CREATE TABLE dated (id CHAR(36) PRIMARY KEY, updatedAt DATETIME(3), deletedAt DATETIME(3))',
  );
  await opened.query(
    'CREATE TABLE datedLine (datedId CHAR(36) PRIMARY KEY, updatedAt DATETIME(3), deletedAt DATETIME(3))',
  );
  return opened;
};

beforeAll(async () => {
  db = await withDates(await thingsDatabase());
});
afterAll(() => db.destroy());
beforeEach(async () => {
  beside = await withDates(await thingsDatabase());
  at = await openThings(db);
});
afterEach(async () => {
  await at.close();
  await beside.destroy();
});

const renew = (options: Partial<RebuildOptions> = {}, consumer = tally): Promise<void> =>
  rebuild({
    db,
    beside,
    bus: at.bus,
    projection: {
      service: 'tally',
      consumers: [consumer],
      tables: ['tally', 'dated', 'datedLine'],
    },
    log,
    ...options,
  });

const firstId = '00000000-0000-0000-0000-000000000000';

const snapshotAt = (aggregateId: string, version: number): Envelope => ({
  eventId: newId(),
  type: ThingChanged.type,
  schemaVersion: 1,
  visibility: 'snapshot',
  aggregate: 'thing',
  aggregateId,
  version,
  occurredAt: '2026-11-24T08:00:00.000000Z',
  trace: null,
  body: '{"customerId":null,"actor":null,"changedFields":[],"data":{"size":1}}',
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a projection that is made anew', () => {
  test('replaces what was wrong, while events come and are applied', async () => {
    const ids = things(50);
    await at.publish(ids, 1, 3);
    const consuming = at.consume();
    await caughtUp(consuming);
    await db.query(`UPDATE tally SET versions = 'wrong'`);

    const publishing = at.publish(ids, 4, 8);
    await renew();
    await publishing;
    await at.publish(ids, 9, 9);
    await until(async () => Object.values(await at.tallies()).every((one) => one.endsWith('9')), {
      what: 'the last version',
    });
    expect(await at.tallies()).toEqual(all(ids, '1 2 3 4 5 6 7 8 9'));
    expect(await db.query('SELECT generation FROM consumerPosition')).toEqual([{ generation: 1 }]);
  });

  test('waits for a transaction that began on the old tables', async () => {
    const ids = things(5);
    await at.publish(ids, 1, 1);
    let isSlow = false;
    const slow = on(ThingChanged, async (manager, event) => {
      await append(manager, event);
      if (event.version === 2 && !isSlow) {
        isSlow = true;
        await pause(4000);
      }
    });
    at.consume([slow]);
    await at.publish(ids, 2, 2);
    await until(() => isSlow, { what: 'the slow event' });
    await renew();
    await at.publish(ids, 3, 3);
    await until(async () => Object.values(await at.tallies()).every((one) => one.endsWith('3')), {
      what: 'the last version',
    });
    expect(await at.tallies()).toEqual(all(ids, '1 2 3'));
  });

  test('begins with what owners tell of their records, and goes on with the log', async () => {
    const ids = things(20);
    await at.publish(ids, 1, 3);
    const thing: Snapshot = {
      name: 'Thing',
      page: (_, afterId) =>
        Promise.resolve({
          events: afterId === firstId ? ids.map((id) => snapshotAt(id, 4)) : [],
          lastId: afterId === firstId ? (ids[0] ?? null) : null,
        }),
    };
    await tellSnapshots({ db, bus: at.bus, service: 'things' }, [thing]);
    await at.publish(ids, 4, 5);
    await renew({ isFromSnapshot: true });
    expect(await at.tallies()).toEqual(all(ids, '4 5'));
  });

  test('is not begun from what nobody has told', async () => {
    await expect(renew({ isFromSnapshot: true })).rejects.toThrow('No owner has told');
  });

  test('goes on where it was broken off, and lets no record go unasked', async () => {
    const ids = things(20);
    await at.publish(ids, 1, 2);
    const yesterday = 'UTC_TIMESTAMP() - INTERVAL 1 DAY';
    await db.query(
      `INSERT INTO dated VALUES (?, ${yesterday}, NULL), (?, ${yesterday}, ${yesterday})`,
      [newId(), newId()],
    );
    let calls = 0;
    const counting = on(ThingChanged, async (manager, event) => {
      calls += 1;
      await append(manager, event);
    });
    await expect(renew({}, counting)).rejects.toThrow('told of 1 rows of dated');
    expect(await at.tallies()).toEqual({});
    expect(calls).toBe(40);

    await renew({ acceptsLoss: true }, counting);
    expect(calls).toBe(40);
    expect(await at.tallies()).toEqual(all(ids, '1 2'));
    expect(await db.query('SELECT id FROM dated')).toEqual([]);

    await renew({ acceptsLoss: true }, counting);
    expect(calls).toBe(40);
  });
});
