import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { newId } from '../id.ts';
import { assertLease, keepLease, renewLease, seizeLease, takeLease, type Lease } from './lease.ts';
import { createLog } from '../log.ts';
import { kitMigrations } from '../migrations/index.ts';
import { testDatabase } from '../testing/database.ts';
import { until } from '../testing/until.ts';

const log = createLog('test', 'silent');
let db: DataSource;

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: kitMigrations });
});
afterAll(() => db.destroy());
beforeEach(() => db.query('DELETE FROM lease'));

const take = (holder: string): Promise<Lease | null> =>
  takeLease(db, { name: 'job', holder, ttlMs: 5000 });
const runOut = (): Promise<void> =>
  db.query('UPDATE lease SET expiresAt = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND');
const isFenced = (lease: Lease): Promise<boolean> =>
  db
    .transaction((manager) => assertLease(manager, lease))
    .then(
      () => false,
      () => true,
    );

describe('a lease', () => {
  test('is held by one until it runs out by the clock of the database', async () => {
    const [mine, other] = [newId(), newId()];
    const lease = await take(mine);
    expect(lease).toEqual({ name: 'job', holder: mine, fence: 1 });
    expect(await take(other)).toBeNull();

    await runOut();
    expect(await take(other)).toEqual({ name: 'job', holder: other, fence: 2 });
    expect(await take(mine)).toBeNull();
  });

  test('is not held for as long as the clock of a former source was ahead', async () => {
    await take(newId());
    await db.query('UPDATE lease SET expiresAt = UTC_TIMESTAMP(6) + INTERVAL 10 MINUTE');
    const other = newId();
    expect(await take(other)).toEqual({ name: 'job', holder: other, fence: 2 });
  });

  test('can be renewed while nobody else has taken it, even late', async () => {
    const lease = await take(newId());
    if (!lease) throw new Error('not taken');
    await runOut();
    expect(await renewLease(db, lease, 5000)).toBe(true);

    await runOut();
    await take(newId());
    expect(await renewLease(db, lease, 5000)).toBe(false);
  });

  test('fences the transactions of a holder that has lost it', async () => {
    const lease = await take(newId());
    if (!lease) throw new Error('not taken');
    expect(await isFenced(lease)).toBe(false);

    const seized = await seizeLease(db, { name: 'job', holder: newId(), ttlMs: 5000 });
    expect(seized?.fence).toBe(2);
    expect(await isFenced(lease)).toBe(true);
  });

  test('is handed over at once by a keeper that stops', async () => {
    const first = keepLease({ db, name: 'job', log, ttlMs: 300 });
    await until(() => first.current() !== null, { what: 'first holds it' });
    const second = keepLease({ db, name: 'job', log, ttlMs: 300 });
    await first.stop();
    await until(() => second.current() !== null, { what: 'second holds it' });

    expect(first.current()).toBeNull();
    expect(second.current()?.fence).toBe(2);
    await second.stop();
  });

  test('is let go by a keeper that cannot renew it, before another can take it', async () => {
    const keeper = keepLease({ db, name: 'job', log, ttlMs: 300 });
    await until(() => keeper.current() !== null, { what: 'the keeper holds it' });
    await db.query('RENAME TABLE lease TO lost');
    const [row] = await db.query<readonly { expiresAt: Date }[]>('SELECT expiresAt FROM lost');
    let heldAt = 0;
    const hasLetGo = (): boolean => {
      if (keeper.current()) heldAt = Date.now();
      return !keeper.current();
    };
    await until(hasLetGo, { what: 'the keeper lets go' });

    expect(heldAt).toBeLessThanOrEqual(row?.expiresAt.getTime() ?? 0);
    await db.query('RENAME TABLE lost TO lease');
    await keeper.stop();
  });
});
