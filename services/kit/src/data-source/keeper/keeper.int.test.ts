import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { query, openTestAccess } from '../testing/session.ts';
import { createMarkerTable } from '../marker-table.ts';
import { startKeptPair, type KeptPair, type KeptPairOptions } from '../testing/kept-pair.ts';
import { createServers } from '../testing/mysql-pair.ts';
import type { MysqlServer } from '../testing/mysql-server.ts';
import { until } from '../testing/process.ts';
import { requestKeeper } from './client.ts';
import type { KeeperRequest } from './requests.ts';

let pair: KeptPair;
let a: MysqlServer;
let b: MysqlServer;

async function start(options: KeptPairOptions): Promise<void> {
  pair = await startKeptPair(options);
  const [first, second] = pair.servers;
  if (!first || !second) throw new Error('A pair has two servers');
  [a, b] = [first, second];
  await a.sql(`USE test; ${createMarkerTable}; CREATE TABLE entry (id INT PRIMARY KEY)`);
}

const onOnePair = (options: KeptPairOptions): void => {
  beforeAll(() => start(options), 120_000);
  afterAll(() => pair.destroy(), 20_000);
};

const ask = (request: KeeperRequest): ReturnType<typeof requestKeeper> =>
  requestKeeper({ servers: pair.nats.urls, cluster: 'test' }, request);

const noGap = { timing: { failoverGapMs: 0 } } as const;

describe('keepers of a pair', () => {
  // A standby may be away for a while, so that there is time to lose its word.
  onOnePair({ keepers: 2, keeper: { timing: { failoverGapMs: 0, standbyDownMs: 5000 } } });

  test('read the first record off the servers and list a replica that is synchronous', async () => {
    expect(await pair.record()).toMatchObject({
      term: 1,
      writer: 'a',
      standby: ['b'],
      phase: 'serving',
    });
    expect(await ask({ do: 'status' })).toMatchObject({
      writer: 'a',
      promotes: 'by-itself',
      nodes: [
        { name: 'a', role: 'writer', takesWrites: true, semiSync: true },
        { name: 'b', role: 'standby', takesWrites: false },
      ],
    });
  });

  test('change the writer when they are told to, and say why when they do not', async () => {
    await expect(ask({ do: 'switchover', to: 'a' })).rejects.toThrow('a is the writer already');
    expect(await ask({ do: 'switchover', to: 'b' })).toMatchObject({ term: 2, writer: 'b' });
    await pair.happens('standby', 'a');
    await ask({ do: 'switchover', to: 'a' });
    await pair.happens('standby', 'b');
    await expect(ask({ do: 'switchover', to: 'z' })).rejects.toThrow('z is no server');
  }, 20_000);

  test('promote the standby when the writer dies together with the keeper that acts', async () => {
    const acting = pair.keepers.find(({ lease }) => lease.isMine);
    if (!acting) throw new Error('No keeper acts');
    acting.isRunning = false;
    await acting.loop;
    // As one that was stopped in the middle: it still believes that it may open b.
    const paused = await createConnection({ ...addressOf(b), user: 'keeper', password: 'keeper' });
    paused.on('error', () => undefined);
    await paused.query("SELECT GET_LOCK('ha.promotion', 0)");

    await a.process().kill();
    await pair.happens('promoted', 'b');
    expect(await pair.record()).toMatchObject({ writer: 'b', was: 'a', standby: [] });
    await expect(paused.query('SET GLOBAL super_read_only = OFF')).rejects.toThrow(/closed|lost/i);
  }, 20_000);

  test('take the old writer back as a standby', async () => {
    await a.start();
    await pair.happens('rejoined', 'a');
    await pair.happens('standby', 'a');
    expect(await pair.record()).toMatchObject({ writer: 'b', standby: ['a'] });
  }, 20_000);

  test('make a former writer anew when it holds what was never acknowledged', async () => {
    const access = openTestAccess(pair.cluster);
    await until('b is the writer', () => pair.cluster.record?.writer === 'b');
    await a.sql('STOP REPLICA IO_THREAD');
    const writing = query(access, 'INSERT INTO entry VALUES (1)');
    await until('the commit waits', async () => {
      const [row] = await b.sql("SHOW STATUS LIKE 'Rpl_semi_sync_source_wait_sessions'");
      return Number(row?.['Value']) > 0;
    });
    await b.process().kill();
    await writing;
    await b.start();

    expect(await pair.happens('errant', 'b')).toMatchObject({ node: 'b' });
    await pair.happens('cloned', 'b');
    await pair.happens('standby', 'b');
    await until('both hold the same', async () => (await entriesOn(a)) === (await entriesOn(b)));
    expect(await entriesOn(b)).toBe(1);
  }, 30_000);

  test('touch nothing when a newer release has written the record', async () => {
    const [, keeper] = pair.keepers;
    const record = await pair.record();
    const { revision, ...known } = record;
    const newer = { ...known, version: 2 };
    await keeper?.store.writeRecord(newer, revision);

    await pair.happens('error');
    await until('data sources refuse it too', () => pair.cluster.recordProblem !== null);
    expect(pair.cluster.recordProblem).toMatch(/^The term record has version 2/);
    expect(pair.cluster.record).toMatchObject({ writer: record.writer });
  }, 20_000);
});

const addressOf = ({ address }: MysqlServer): { host: string; port: number } => ({
  host: address.host,
  port: address.adminPort,
});

async function entriesOn(server: MysqlServer): Promise<number> {
  const [row] = await server.sql('SELECT COUNT(*) n FROM test.entry');
  return Number(row?.['n']);
}

describe('a keeper whose record one server keeps', () => {
  onOnePair({ keeper: { ...noGap, promotion: 'quorum', durability: 'strict' } });

  test('lets commits wait for a lost standby when it is strict', async () => {
    const access = openTestAccess(pair.cluster, { writeDeadlineMs: 20_000 });
    await until('a is the writer', () => pair.cluster.record?.writer === 'a');
    await b.process().kill();
    let isDone = false;
    const writing = query(access, 'INSERT INTO entry VALUES (1)').then(() => (isDone = true));
    await until(
      'the keeper has noticed',
      async () => (await ask({ do: 'status' })).nodes[1]?.role === 'down',
    );
    await new Promise((resolve) => {
      setTimeout(resolve, 1500);
    });
    expect(isDone).toBe(false);
    expect(await pair.record()).toMatchObject({ standby: ['b'] });
    await b.start();
    await writing;
  }, 30_000);

  test('promotes only when it is told to', async () => {
    await until(
      'b is back',
      async () => (await ask({ do: 'status' })).nodes[1]?.role === 'standby',
    );
    await a.process().kill();
    expect(await pair.happens('needs-operator', 'a')).toMatchObject({
      message: expect.stringContaining('promotion is left to an operator'),
    });
    expect(await ask({ do: 'promote', node: 'b' })).toMatchObject({ writer: 'b' });
  }, 20_000);

  test('makes sure that a person means it when commits may be lost', async () => {
    await expect(ask({ do: 'promote', node: 'a' })).rejects.toThrow('Repeat with force');
  });
});

describe('a keeper of three servers', () => {
  onOnePair({ pair: { replicas: 2 }, keeper: noGap });

  test('promotes one standby and lets the other follow it', async () => {
    await until('both are listed', async () => (await pair.record()).standby.length === 2);
    await a.process().kill();
    const { node } = await pair.happens('promoted');
    const other = node === 'b' ? 'c' : 'b';
    await pair.happens('standby', other);
    expect(await pair.record()).toMatchObject({ writer: node, standby: [other] });
  }, 20_000);
});

describe('a server that was put among the others by mistake', () => {
  onOnePair({ keeper: noGap });

  test('is told of and left alone', async () => {
    const strangers = await createServers(1, () => ['--super-read-only=OFF']);
    const [x] = strangers.servers;
    if (!x) throw new Error('no server');
    await x.start();
    await x.sql('CREATE TABLE test.precious (id INT)');
    const nodes = [...pair.servers.map(({ address }) => address), { ...x.address, name: 'x' }];
    const [keeper] = pair.keepers;
    if (keeper) keeper.isRunning = false;
    await pair.addKeeper('k9', { nodes });

    expect(await pair.happens('stranger', 'x')).toMatchObject({
      message: 'x shares no transaction with a: it belongs to another cluster and is left alone',
    });
    expect(await x.sql('SHOW TABLES IN test')).toHaveLength(1);
    expect((await x.sql('SELECT @@super_read_only r'))[0]?.['r']).toBe(0);
    await strangers.destroy();
  }, 30_000);
});

describe('a standby that somebody wrote to', () => {
  onOnePair({ keeper: noGap });

  test('is left alone until an operator gives it a new copy', async () => {
    await b.sql(
      `STOP REPLICA; SET GLOBAL super_read_only = OFF; CREATE TABLE test.mistake (id INT);
       SET GLOBAL super_read_only = ON`,
    );
    expect(await pair.happens('errant', 'b')).toMatchObject({
      message: expect.stringMatching(/^b holds 1 transactions that the writer lacks .* by force$/),
    });
    expect(await pair.record()).toMatchObject({ writer: 'a', standby: [] });
    await expect(ask({ do: 'rejoin', node: 'b' })).rejects.toThrow('until an operator rejoins it');

    await ask({ do: 'rejoin', node: 'b', force: true });
    await pair.happens('standby', 'b');
    expect(await b.sql("SHOW TABLES IN test LIKE 'mistake'")).toEqual([]);
  }, 60_000);
});
