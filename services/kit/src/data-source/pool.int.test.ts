import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { acquire, closePool, createPool, drop, release, reopen, shut, type Pool } from './pool.ts';
import { createServers, type TestServers } from './testing/mysql-pair.ts';
import { until } from './testing/process.ts';
import { now } from './time.ts';

let servers: TestServers;
const open: Pool[] = [];

beforeAll(async () => {
  servers = await createServers(1, () => []);
  await servers.servers[0]?.start();
}, 120_000);
afterEach(() => open.splice(0).forEach(closePool));
afterAll(() => servers.destroy());

function createTestPool(max: number): Pool {
  const { host, port } = servers.servers[0]?.address ?? { host: '', port: 0 };
  const session = { user: 'app', password: 'app' };
  const how = { prepare: 'DO 0', warm: 0, connectTimeoutMs: 1000 };
  const pool = createPool({ name: 'a', address: { host, port }, session, max, ...how });
  open.push(pool);
  return pool;
}

const soon = (): number => now() + 5000;

/** Asks for a connection, and notes when it was given. */
function queue(pool: Pool, name: string, served: string[]): Promise<void> {
  return acquire(pool, soon()).then((connection) => {
    served.push(name);
    release(pool, connection);
  });
}

describe('a pool whose connections are all in use', () => {
  test('serves those who wait in the order in which they came', async () => {
    const pool = createTestPool(1);
    const held = await acquire(pool, soon());
    const served: string[] = [];
    const waiting = [queue(pool, 'first', served), queue(pool, 'second', served)];
    release(pool, held);
    // Comes at the very moment in which a connection is free, as the next statement of a request does.
    waiting.push(queue(pool, 'newcomer', served));
    await Promise.all(waiting);

    expect(served).toEqual(['first', 'second', 'newcomer']);
  });

  test('opens another one for who waits when one is given up', async () => {
    const pool = createTestPool(1);
    const held = await acquire(pool, soon());
    const waiting = acquire(pool, soon());
    drop(pool, held);

    expect(await waiting).not.toBe(held);
    expect(pool.busy.size).toBe(1);
  });

  test('keeps nobody waiting beyond the deadline, and nothing for who has left', async () => {
    const pool = createTestPool(1);
    const held = await acquire(pool, soon());
    await expect(acquire(pool, now() + 50)).rejects.toMatchObject({ code: 'HA_POOL_EXHAUSTED' });
    release(pool, held);

    expect(pool.idle).toEqual([held]);
  });

  test('sends those who wait elsewhere when its server goes down', async () => {
    const pool = createTestPool(1);
    await acquire(pool, soon());
    const waiting = acquire(pool, soon());
    shut(pool, new Error('a is down'));

    await expect(waiting).rejects.toThrow('a is down');
    await expect(acquire(pool, soon())).rejects.toMatchObject({ code: 'HA_NODE_DOWN' });
    reopen(pool);
    await acquire(pool, soon());
    await until('nothing is left of the first one', () => pool.busy.size === 1);
  });
});
