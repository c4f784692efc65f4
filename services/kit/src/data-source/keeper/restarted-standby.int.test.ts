import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { startKeptPair, type KeptPair } from '../testing/kept-pair.ts';
import { until } from '../testing/process.ts';

let pair: KeptPair;

// It stays listed for as long as the test may take.
beforeAll(async () => {
  const timing = { failoverGapMs: 0, standbyDownMs: 60_000 };
  pair = await startKeptPair({ keeper: { timing } });
  await pair.happens('standby', 'b');
}, 120_000);
afterAll(() => pair.destroy(), 20_000);

describe('a standby that restarts before it applied what it had acknowledged', () => {
  test('is not promoted, and stands by again once the writer is back', async () => {
    const [a, b] = pair.servers;
    if (!a || !b) throw new Error('A pair has two servers');
    await a.sql('CREATE TABLE test.entry (id INT PRIMARY KEY)');
    await until('it is there', async () => (await b.sql('SHOW TABLES IN test')).length > 1);
    const { host, port } = b.address;
    const reader = await createConnection({ host, port, user: 'root', password: '' });
    reader.on('error', () => undefined);
    await reader.query('LOCK TABLES test.entry READ');
    await a.sql('INSERT INTO test.entry VALUES (1)');

    await Promise.all([a.process().kill(), b.process().kill()]);
    await b.start();
    await until('the keeper says so', () =>
      pair.events.some(({ message }) => message.includes('its standby b has restarted since')),
    );
    expect(await pair.record()).toMatchObject({ term: 1, writer: 'a' });

    await a.start();
    await pair.happens('resumed', 'a');
    await pair.happens('standby', 'b');
    await until('it has it', async () => (await b.sql('SELECT * FROM test.entry')).length === 1);
    expect(pair.events.some(({ type }) => type === 'promoted')).toBe(false);
  }, 60_000);
});
