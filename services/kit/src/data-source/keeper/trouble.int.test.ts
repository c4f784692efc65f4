import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection, type Connection } from 'mysql2/promise';
import type { Access } from '../access.ts';
import { writerOf } from '../cluster.ts';
import { createMarkerTable } from '../marker-table.ts';
import { bucketOf, connectToStore } from '../nats-store.ts';
import { startKeptPair, type KeptPair } from '../testing/kept-pair.ts';
import type { MysqlServer } from '../testing/mysql-server.ts';
import { until } from '../testing/process.ts';
import { openTestAccess, query, transaction, valueOf } from '../testing/session.ts';
import { createWriteProbeTable } from './write-probe.ts';

/** The one data file of the source grows to this size and no further. */
const fileMiBMax = 18;
const oneFile = [
  '--super-read-only=ON',
  '--innodb-file-per-table=OFF',
  `--innodb-data-file-path=ibdata1:12M:autoextend:max:${fileMiBMax}M`,
];

let pair: KeptPair;
let a: MysqlServer;
let b: MysqlServer;
let access: Access;

beforeAll(async () => {
  pair = await startKeptPair({
    pair: { sourceOptions: oneFile },
    keeper: { writeProbe: { table: 'test.probe', everyMs: 200, timeoutMs: 1000 } },
    cluster: { timing: { recordStaleMs: 1500 } },
  });
  const [first, second] = pair.servers;
  if (!first || !second) throw new Error('A pair has two servers');
  [a, b] = [first, second];
  await a.sql(
    `USE test; ${createMarkerTable}; ${createWriteProbeTable('probe')};
     CREATE TABLE entry (id INT PRIMARY KEY); CREATE TABLE big (id INT PRIMARY KEY, filler LONGBLOB)`,
  );
  access = openTestAccess(pair.cluster, { writeDeadlineMs: 20_000 });
}, 120_000);
afterAll(() => pair.destroy(), 20_000);

const asRoot = ({ address: { host, port } }: MysqlServer): Promise<Connection> =>
  createConnection({ host, port, user: 'root', password: '' });

const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('a writer that answers and does not finish writes', () => {
  test('is told of, keeps its place, and is read from', async () => {
    const backup = await asRoot(a);
    await backup.query('FLUSH TABLES WITH READ LOCK');
    const writing = query(access, 'INSERT INTO entry VALUES (1)');

    expect(await pair.happens('wedged', 'a')).toMatchObject({
      message: expect.stringContaining('a answers, but has not finished a write for 1000 ms'),
    });
    expect(await valueOf(access, 'SELECT @@server_id')).toBe(1);
    expect(await pair.record()).toMatchObject({ term: 1, writer: 'a', standby: ['b'] });
    const [row] = await a.sql("SHOW STATUS LIKE 'Threads_connected'");
    expect(Number(row?.['Value'])).toBeLessThan(20);

    await backup.query('UNLOCK TABLES');
    await pair.happens('unwedged', 'a');
    await writing;
    await backup.end();
  }, 30_000);
});

describe('a writer whose disk is full', () => {
  test('says so, is read from, and writes again as soon as there is room', async () => {
    let failure: unknown = null;
    for (let id = 1; id <= fileMiBMax && !failure; id += 1) {
      const sql = `INSERT INTO big VALUES (${id}, REPEAT('x', 1024 * 1024))`;
      failure = await refusal(query(access, sql));
    }
    expect(failure).toMatchObject({
      code: 'HA_STORAGE_FULL',
      outcome: 'not-committed',
      isRetryable: false,
      message: expect.stringContaining('a has no room left'),
    });
    const unit = ["INSERT INTO big VALUES (900, REPEAT('x', 2000000))"];
    expect(await refusal(transaction(access, unit))).toMatchObject({ code: 'HA_STORAGE_FULL' });
    expect(await valueOf(access, 'SELECT COUNT(*) > 0 FROM big')).toBe(1);

    await a.sql('DROP TABLE test.big');
    await query(access, 'INSERT INTO entry VALUES (2)');
    expect(await pair.record()).toMatchObject({ term: 1, writer: 'a' });
  }, 120_000);
});

const nats = (): KeptPair['nats']['processes'] => pair.nats.processes;

describe('a process that cannot reach the record', () => {
  test('writes on while the writer has its standby', async () => {
    await Promise.all(nats().map((server) => server.pause()));
    await until('it has noticed', () => pair.cluster.nodes.some(({ attached }) => attached > 0));
    await query(access, 'INSERT INTO entry VALUES (3)');
    expect(await valueOf(access, 'SELECT COUNT(*) FROM entry')).toBe(3);
  }, 20_000);

  test('waits while the writer is alone, since another one may have been made', async () => {
    await b.sql('STOP REPLICA IO_THREAD');
    await until('it has noticed', () => writerOf(pair.cluster) === null);
    expect(await valueOf(access, 'SELECT COUNT(*) FROM entry')).toBe(3);
    const hasty = openTestAccess(pair.cluster, { writerWaitMs: 1000 });
    expect(await refusal(query(hasty, 'INSERT INTO entry VALUES (4)'))).toMatchObject({
      code: 'HA_NO_WRITER',
      message: expect.stringContaining('the term record (a) is out of reach'),
    });
    await b.sql('START REPLICA IO_THREAD');
    await query(access, 'INSERT INTO entry VALUES (4)');
    for (const server of nats()) server.resume();
    await until('the record is read again', () =>
      pair.cluster.nodes.every((n) => n.attached === 0),
    );
  }, 30_000);
});

describe('a store that has lost the record', () => {
  test('gets it again from the servers, and everybody follows', async () => {
    const connection = await connectToStore({ servers: pair.nats.urls, cluster: 'test' });
    const manager = await connection.jetstreamManager();
    await manager.streams.delete(`KV_${bucketOf('test')}`);
    await connection.close();

    expect(await pair.happens('bootstrapped', 'a')).toMatchObject({
      message: 'The store had lost the record: a is the writer',
    });
    await pair.happens('standby', 'b');
    expect(await pair.record()).toMatchObject({ term: 2, writer: 'a', standby: ['b'] });
    await until('it is followed', () => pair.cluster.record?.term === 2);
    await query(access, 'INSERT INTO entry VALUES (5)');
  }, 30_000);
});
