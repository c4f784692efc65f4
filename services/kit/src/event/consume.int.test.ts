import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { StreamMessage } from './bus-stream.ts';
import { onMany } from './consumer.ts';
import { newId } from '../id.ts';
import { recordMany } from './outbox.ts';
import { startRelay } from './relay.ts';
import {
  all,
  append,
  caughtUp,
  changed,
  isCaughtUp,
  leaseMs,
  log,
  openThings,
  ThingChanged,
  things,
  thingsDatabase,
  type Things,
} from '../testing/things.ts';
import { until } from '../testing/until.ts';

let db: DataSource;
let at: Things;

beforeAll(async () => {
  db = await thingsDatabase();
});
afterAll(() => db.destroy());
beforeEach(async () => {
  at = await openThings(db);
});
afterEach(() => at.close());

describe('consumers', () => {
  test('apply each event once and in the order of its aggregate', async () => {
    const ids = things(100);
    const consuming = at.consume();
    await at.publish(ids, 1, 5);
    await caughtUp(consuming);

    expect(await at.tallies()).toEqual(all(ids, '1 2 3 4 5'));
  });

  test('can take many events at once, those of one aggregate in order', async () => {
    const ids = things(100);
    let calls = 0;
    const many = onMany(ThingChanged, async (manager, events) => {
      calls += 1;
      for (const event of events) await append(manager, event);
    });
    await at.publish(ids, 1, 5);
    await caughtUp(at.consume([many]));

    expect(await at.tallies()).toEqual(all(ids, '1 2 3 4 5'));
    expect(calls).toBeLessThan(50);
  });

  test('leave out what comes again, however late and in whatever order', async () => {
    const ids = things(10);
    const consuming = at.consume();
    for (const from of [1, 4]) {
      await at.publish(ids, from, from + 2);
      const copies = await at.messages();
      for (const message of shuffled([...copies, ...copies], 50)) await publishCopy(message);
    }
    await caughtUp(consuming);

    expect(await at.tallies()).toEqual(all(ids, '1 2 3 4 5 6'));
  });

  test('apply nothing twice when they die between commit and position, again and again', async () => {
    const ids = things(50);
    await at.publish(ids, 1, 4);
    await db.query(`CREATE TRIGGER stuck BEFORE UPDATE ON consumerPosition
      FOR EACH ROW SIGNAL SQLSTATE '45000'`);
    const consuming = at.consume();
    try {
      // Each failure waits longer than the one before.
      await until(async () => Object.keys(await at.tallies()).length === 50, {
        what: 'applied',
        forMs: 30_000,
      });
    } finally {
      await db.query('DROP TRIGGER stuck');
    }
    await caughtUp(consuming);

    expect(await at.tallies()).toEqual(all(ids, '1 2 3 4'));
  }, 60_000);

  test('hold order and once when two believe that they are the one', async () => {
    const ids = things(50);
    const first = at.consume();
    await at.publish(ids, 1, 2);
    await caughtUp(first);
    const rival = at.consume(undefined, at.stream.connect());
    for (let version = 3; version <= 8; version += 1) {
      await db.query('UPDATE lease SET expiresAt = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND');
      await at.publish(ids, version, version);
    }
    await until(async () => (await isCaughtUp(first)) || (await isCaughtUp(rival)), {
      what: 'all events read',
    });

    expect(await at.tallies()).toEqual(all(ids, '1 2 3 4 5 6 7 8'));
  });

  test('go back with their database when a backup of it is restored', async () => {
    const ids = things(10);
    const first = at.consume();
    await at.publish(ids, 1, 3);
    await caughtUp(first);
    await first.stop();
    await db.query("UPDATE tally SET versions = '1'");
    await db.query('UPDATE inbox SET publicVersion = 1');
    const eventId = (await at.bus.messageAt(10))?.headers['ce-id'];
    await db.query('UPDATE consumerPosition SET seq = 10, eventId = ?', [eventId]);
    await caughtUp(at.consume());

    expect(await at.tallies()).toEqual(all(ids, '1 2 3'));
  });

  test('converge after the stream was wiped under them', async () => {
    at.keep(startRelay({ db, bus: at.bus, service: 'things', log, leaseMs }));
    const ids = things(20);
    const consuming = at.consume();
    const commit = (version: number): Promise<void> =>
      db.transaction((manager) =>
        recordMany(
          manager,
          ids.map((id) => changed(id, version)),
        ),
      );
    await commit(1);
    await until(async () => Object.keys(await at.tallies()).length === 20, { what: 'applied' });
    at.stream.cut();
    await at.stream.wipe();
    await commit(2);
    await at.stream.heal();
    await until(async () => Object.values(await at.tallies()).every((each) => each === '1 2'), {
      what: 'the second applied',
    });
    await caughtUp(consuming);

    expect(await at.tallies()).toEqual(all(ids, '1 2'));
    expect(await at.messages()).toHaveLength(40);
  });
});

const publishCopy = ({ subject, headers, body }: StreamMessage): Promise<unknown> =>
  at.bus.publish({
    subject,
    messageId: newId(),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('ce-'))),
    body,
    previousSeq: null,
  });

/** Moves each item by up to `distance` places, the same way each time. */
const shuffled = <Item>(items: readonly Item[], distance: number): readonly Item[] =>
  items
    .map((item, place) => ({ item, place: place + ((place * 7919) % distance) }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
