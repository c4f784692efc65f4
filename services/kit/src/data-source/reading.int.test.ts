import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster } from './cluster.ts';
import type { ClusterEvent } from './events.ts';
import { createMarkerTable } from './marker-table.ts';
import { closeCluster, openCluster, untilReachable } from './open-cluster.ts';
import type { ClusterOptions } from './options.ts';
import { createScope, currentScope, runInScope } from './scope.ts';
import { createServers, startPair, type TestServers } from './testing/mysql-pair.ts';
import type { MysqlServer } from './testing/mysql-server.ts';
import { until } from './testing/process.ts';
import { openTestAccess, query, transaction, valueOf } from './testing/session.ts';
import { now } from './time.ts';

let pair: TestServers;
let a: MysqlServer;
let b: MysqlServer;
const open: Cluster[] = [];

beforeAll(async () => {
  pair = await startPair();
  const [first, second] = pair.servers;
  if (!first || !second) throw new Error('A pair has two servers');
  [a, b] = [first, second];
  await a.sql(`USE test; ${createMarkerTable}; CREATE TABLE counter (id INT PRIMARY KEY, n INT)`);
  await a.sql('INSERT INTO test.counter VALUES (1, 0)');
}, 120_000);
afterAll(async () => {
  for (const cluster of open) closeCluster(cluster);
  await pair.destroy();
});

/** A process of its own, as it were: it knows nothing but the addresses. */
async function follow(
  options: Partial<ClusterOptions> = {},
  events: ClusterEvent[] = [],
): Promise<Cluster> {
  const nodes = pair.servers.map(({ address }) => address);
  const account = { user: 'keeper', password: 'keeper' };
  const cluster = openCluster({ nodes, ...account, ...options }, (event) => events.push(event));
  open.push(cluster);
  await untilReachable(cluster, 5000);
  return cluster;
}

const isKnown = (cluster: Cluster) => (): boolean =>
  cluster.nodes.every(({ state, standing }) => state === 'up' && standing === 'member');

const serverOf = 'SELECT @@server_id';

describe('reads', () => {
  test('go to the writer first, and to the replica by wish', async () => {
    const cluster = await follow();
    await until('both servers are known', isKnown(cluster));
    const access = openTestAccess(cluster);
    const byWish = createScope({ preference: 'replica-first' });

    expect(await valueOf(access, serverOf)).toBe(1);
    expect(await runInScope(byWish, () => valueOf(access, serverOf))).toBe(2);
    expect(byWish).toMatchObject({ hasReadReplica: true });
  });

  test('go on while the writer hangs, well before it counts as lost', async () => {
    const cluster = await follow();
    await until('both servers are known', isKnown(cluster));
    const access = openTestAccess(cluster);
    await valueOf(access, serverOf);
    await a.process().pause();
    try {
      const startedAt = now();
      expect(await valueOf(access, serverOf)).toBe(2);
      expect(now() - startedAt).toBeLessThan(600);
      expect(cluster.counters.hedgedReads).toBe(1);
    } finally {
      a.process().resume();
    }
  });

  test('that are merely slow are never sent twice', async () => {
    const cluster = await follow();
    await until('both servers are known', isKnown(cluster));
    const access = openTestAccess(cluster);

    expect(await valueOf(access, 'SELECT SLEEP(0.6)')).toBe(0);
    expect(cluster.counters).toMatchObject({ hedgedReads: 0, readRetries: 0 });
  });

  test('are ended on the server when nobody waits for them any more', async () => {
    const cluster = await follow();
    const access = openTestAccess(cluster);
    const leaving = new AbortController();
    const scope = createScope({ signal: leaving.signal });
    const reading = runInScope(scope, () => valueOf(access, 'SELECT SLEEP(30), "abandoned"'));
    await until('the query runs', async () => (await abandoned()) === 1);

    const startedAt = now();
    leaving.abort();
    await expect(reading).rejects.toMatchObject({ code: 'HA_ABORTED' });
    await until('the query is gone', async () => (await abandoned()) === 0);
    expect(now() - startedAt).toBeLessThan(1000);
    await until('its connection is free', () => busy(cluster) === 0);
  });

  test('end at their deadline, on the server too', async () => {
    const access = openTestAccess(await follow());
    const scope = createScope({ deadline: now() + 300 });
    const startedAt = now();
    const reading = runInScope(scope, () =>
      valueOf(access, 'WITH s AS (SELECT SLEEP(30) x) SELECT x FROM s'),
    );

    await expect(reading).rejects.toMatchObject({ code: 'HA_DEADLINE' });
    expect(now() - startedAt).toBeLessThan(1000);
  });

  test('end at their deadline when it is the server that notices first', async () => {
    const access = openTestAccess(await follow());
    const columns = 'information_schema.columns';
    const reading = valueOf(
      access,
      `SELECT /*+ MAX_EXECUTION_TIME(20) */ COUNT(*) FROM ${columns} a, ${columns} b, ${columns} c`,
    );
    await expect(reading).rejects.toMatchObject({ code: 'HA_DEADLINE' });
  });
});

const abandoned = async (): Promise<number> =>
  (await a.sql('SHOW PROCESSLIST')).filter(({ Info }) => String(Info).includes('"abandoned"'))
    .length;

const busy = ({ pools }: Cluster): number =>
  [...pools].flatMap((map) => [...map.values()]).reduce((sum, own) => sum + own.reads.busy.size, 0);

describe('reads after writes, on a replica that lags', () => {
  beforeAll(() =>
    b.sql('STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 1; START REPLICA'),
  );
  afterAll(() =>
    b.sql('STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 0; START REPLICA'),
  );

  test('never show less than their reader has written', async () => {
    const cluster = await follow();
    await until('both servers are known', isKnown(cluster));
    const access = openTestAccess(cluster, { readPreference: 'replica-first' });
    let stale = 0;
    for (let n = 1; n <= 50; n += 1) {
      await runInScope(createScope(), async () => {
        await transaction(access, [`UPDATE counter SET n = ${n} WHERE id = 1`]);
        if ((await valueOf(access, 'SELECT n FROM counter WHERE id = 1')) !== n) stale += 1;
      });
    }
    expect(stale).toBe(0);
  });

  test('do show less to another reader, who has not seen them', async () => {
    const cluster = await follow();
    await until('both servers are known', isKnown(cluster));
    const access = openTestAccess(cluster, { readPreference: 'replica-first' });
    await transaction(access, ['UPDATE counter SET n = 1000 WHERE id = 1']);

    expect(await valueOf(access, 'SELECT n FROM counter WHERE id = 1')).not.toBe(1000);
  });

  test('carry the token from one process to another', async () => {
    const writing = openTestAccess(await follow());
    const token = await runInScope(createScope(), async () => {
      await query(writing, 'UPDATE counter SET n = 2000 WHERE id = 1');
      return currentScope()?.token;
    });
    const reading = openTestAccess(await follow(), { readPreference: 'replica-first' });
    const scope = createScope(token ? { token } : {});

    const seen = await runInScope(scope, () => valueOf(reading, 'SELECT n FROM counter'));
    expect(seen).toBe(2000);
  });

  test('go to the writer when the replica is older than its reader allows', async () => {
    const cluster = await follow();
    await until('both servers are known', isKnown(cluster));
    const access = openTestAccess(cluster);
    const scope = createScope({ preference: 'replica-first', maxStaleMs: 300 });
    await transaction(access, ['UPDATE counter SET n = 3000 WHERE id = 1']);
    const writer = cluster.nodes[0];
    const gtids = writer?.gtidsText;
    await until('the writer was asked again', () => writer?.gtidsText !== gtids);
    await new Promise((resolve) => {
      setTimeout(resolve, 400);
    });

    expect(await runInScope(scope, () => valueOf(access, serverOf))).toBe(1);
  });
});

describe('a server that does not belong', () => {
  test('is not read from when it shares no history with the writer', async () => {
    const other = await createServers(1, () => []);
    const [x] = other.servers;
    if (!x) throw new Error('no server');
    await x.start();
    await x.sql(
      'CREATE TABLE test.counter (id INT PRIMARY KEY, n INT); SET GLOBAL super_read_only = ON',
    );
    const events: ClusterEvent[] = [];
    const nodes = [a.address, { ...x.address, name: 'x' }];
    const cluster = await follow({ nodes }, events);
    const access = openTestAccess(cluster, { readPreference: 'replica-first' });

    await until('it is noticed', () => events.some(({ type }) => type === 'stranger'));
    expect(await valueOf(access, serverOf)).toBe(1);
    expect(cluster.nodes[1]).toMatchObject({ standing: 'stranger' });
    await other.destroy();
  }, 30_000);

  test('is not read from while it holds transactions of its own', async () => {
    await b.sql(
      `SET GLOBAL super_read_only = OFF; CREATE TABLE test.mistake (id INT);
       SET GLOBAL super_read_only = ON`,
    );
    const events: ClusterEvent[] = [];
    const cluster = await follow({}, events);
    const access = openTestAccess(cluster, { readPreference: 'replica-first' });

    await until('it is noticed', () => events.some(({ type }) => type === 'errant'));
    expect(events.find(({ type }) => type === 'errant')).toMatchObject({ node: 'b', count: 1 });
    expect(await valueOf(access, serverOf)).toBe(1);
  });
});

describe('a cluster that cannot be used', () => {
  test('says so at once when the password is wrong', async () => {
    const startedAt = now();
    await expect(follow({ password: 'wrong' })).rejects.toThrow(/^[ab]: Access denied/);
    expect(now() - startedAt).toBeLessThan(1000);
  });

  test('names every server and its trouble when none can be reached', async () => {
    const nodes = [
      { name: 'a', host: '127.0.0.1', port: 1 },
      { name: 'b', host: '127.0.0.1', port: 2 },
    ];
    const cluster = openCluster({ nodes, user: 'x', password: 'x' });
    open.push(cluster);
    await expect(untilReachable(cluster, 300)).rejects.toThrow(
      'No server can be reached: a down: ECONNREFUSED; b down: ECONNREFUSED',
    );
  });

  test('is refused without servers, or with two of one name', () => {
    const server = { name: 'a', host: '127.0.0.1', port: 1 };
    const account = { user: 'x', password: 'x' };
    expect(() => openCluster({ nodes: [], ...account })).toThrow('each with a name of its own');
    expect(() => openCluster({ nodes: [server, server], ...account })).toThrow('of its own');
  });
});
