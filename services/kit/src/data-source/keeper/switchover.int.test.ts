import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection, type Connection } from 'mysql2/promise';
import { startKeptPair, type KeptPair } from '../testing/kept-pair.ts';
import type { MysqlServer } from '../testing/mysql-server.ts';
import { until } from '../testing/process.ts';
import { requestKeeper } from './client.ts';

let pair: KeptPair;
let a: MysqlServer;

beforeAll(async () => {
  pair = await startKeptPair({ keeper: { timing: { failoverGapMs: 0, commandTimeoutMs: 1500 } } });
  const [first] = pair.servers;
  if (!first) throw new Error('A pair has two servers');
  a = first;
  await pair.happens('standby', 'b');
  await a.sql(
    'CREATE TABLE test.entry (id INT PRIMARY KEY, n INT); INSERT INTO test.entry VALUES (1, 0)',
  );
}, 120_000);
afterAll(() => pair.destroy(), 20_000);

const switchTo = (to: string): ReturnType<typeof requestKeeper> =>
  requestKeeper({ servers: pair.nats.urls, cluster: 'test' }, { do: 'switchover', to });

/** A client that the data source knows nothing of. */
async function connectClient(user: 'app' | 'root'): Promise<Connection> {
  const { host, port } = a.address;
  const password = user === 'root' ? '' : user;
  const connection = await createConnection({ host, port, user, password });
  connection.on('error', () => undefined);
  return connection;
}

const isClosed = async (server: MysqlServer): Promise<boolean> =>
  (await server.sql('SELECT @@super_read_only isClosed'))[0]?.['isClosed'] === 1;

const waitsForRow = async (): Promise<boolean> => {
  const [row] = await a.sql("SHOW STATUS LIKE 'Innodb_row_lock_current_waits'");
  return Number(row?.['Value']) > 0;
};

describe('a switchover that cannot close the writer', () => {
  test('leaves it open for good, also when nothing keeps it from closing any more', async () => {
    // No keeper may end an administrator's session.
    const administrator = await connectClient('root');
    await administrator.query('LOCK TABLES test.entry WRITE');
    await expect(switchTo('b')).rejects.toThrow('did not finish within 1500 ms: SET GLOBAL super');
    await administrator.query('UNLOCK TABLES');
    await administrator.end();
    await pair.happens('standby', 'b');

    expect(await isClosed(a)).toBe(false);
    expect(pair.events.filter(({ type }) => type === 'resumed')).toEqual([]);
  }, 40_000);
});

describe('a switchover', () => {
  test('sends away clients that wait for one another', async () => {
    const [holder, waiter] = [await connectClient('app'), await connectClient('app')];
    await holder.query('BEGIN');
    await holder.query('UPDATE test.entry SET n = 1 WHERE id = 1');
    void waiter.query('UPDATE test.entry SET n = 2 WHERE id = 1').catch(() => undefined);
    await until('one waits for a row', waitsForRow);

    const startedAt = performance.now();
    expect(await switchTo('b')).toMatchObject({ writer: 'b' });
    expect(performance.now() - startedAt).toBeLessThan(1500);
    await expect(holder.query('SELECT 1')).rejects.toThrow(/closed|lost/i);
    expect(await isClosed(a)).toBe(true);
    await pair.happens('standby', 'a');
  }, 40_000);
});
