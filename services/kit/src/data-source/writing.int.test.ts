import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Access } from './access.ts';
import type { Cluster } from './cluster.ts';
import { run } from './connection.ts';
import type { ClusterEvent } from './events.ts';
import { execute } from './execute.ts';
import { createMarkerTable, insertMarker } from './marker-table.ts';
import { decideOutcome, newMarker, sweepMarkers } from './marker.ts';
import { closeCluster, openCluster, untilReachable } from './open-cluster.ts';
import type { AccessOptions } from './options.ts';
import { withRetry } from './retry.ts';
import { bind, createSession, endSession } from './session.ts';
import { startPair, type TestServers } from './testing/mysql-pair.ts';
import type { MysqlServer } from './testing/mysql-server.ts';
import { until } from './testing/process.ts';
import { openTestAccess, query, transaction, valueOf } from './testing/session.ts';
import { clockOf, now } from './time.ts';

let pair: TestServers;
let a: MysqlServer;
let b: MysqlServer;
let cluster: Cluster;
let events: ClusterEvent[];

async function start(): Promise<void> {
  pair = await startPair();
  const [first, second] = pair.servers;
  if (!first || !second) throw new Error('A pair has two servers');
  [a, b] = [first, second];
  await a.sql(`USE test; ${createMarkerTable}; CREATE TABLE entry (id INT PRIMARY KEY, text TEXT)`);
}

async function open(options: Partial<AccessOptions> = {}): Promise<Access> {
  const nodes = pair.servers.map(({ address }) => address);
  events = [];
  const account = { user: 'keeper', password: 'keeper' };
  cluster = openCluster({ nodes, ...account }, (event) => events.push(event));
  await untilReachable(cluster, 5000);
  return openTestAccess(cluster, options);
}

/** What a keeper does, by hand. */
async function promote(server: MysqlServer): Promise<void> {
  await server.sql('STOP REPLICA IO_THREAD; DO SLEEP(0.1)');
  await server.sql(
    'STOP REPLICA; RESET REPLICA ALL; SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF',
  );
}

/** Marks are dated by the server that keeps them. */
const server = {
  get clockOffsetMs(): number {
    return cluster.nodes[0]?.clockOffsetMs ?? 0;
  },
};

const entries = 'SELECT COUNT(*) FROM entry';

const eachOnItsOwn = (): void => {
  beforeEach(start, 120_000);
  afterEach(async () => {
    closeCluster(cluster);
    await pair.destroy();
  }, 20_000);
};

const allOnOne = (): void => {
  beforeAll(start, 120_000);
  afterEach(() => closeCluster(cluster));
  afterAll(() => pair.destroy(), 20_000);
};

describe('a lost writer', () => {
  eachOnItsOwn();

  test('costs a transaction that has not begun nothing: it begins on the next one', async () => {
    const access = await open();
    await transaction(access, ["INSERT INTO entry VALUES (1, 'before')"]);
    await a.process().kill();
    const writing = transaction(access, ["INSERT INTO entry VALUES (2, 'after')"]);
    await promote(b);
    await writing;

    expect(await valueOf(access, entries)).toBe(2);
    expect(await b.sql('SELECT id FROM test.entry ORDER BY id')).toMatchObject([
      { id: 1 },
      { id: 2 },
    ]);
  }, 20_000);

  test('aborts a transaction in the middle, and the unit of work runs again', async () => {
    const access = await open();
    let attempts = 0;
    await withRetry(async () => {
      attempts += 1;
      const session = createSession(access, false);
      try {
        await execute(session, 'START TRANSACTION');
        await execute(session, `INSERT INTO entry VALUES (${attempts}, 'unit')`);
        if (attempts === 1) {
          await a.process().kill();
          void promote(b);
        }
        await execute(session, "INSERT INTO entry VALUES (100, 'unit')");
        await execute(session, 'COMMIT');
      } finally {
        endSession(session);
      }
    });

    expect(attempts).toBe(2);
    expect(await b.sql('SELECT id FROM test.entry ORDER BY id')).toMatchObject([
      { id: 2 },
      { id: 100 },
    ]);
  }, 20_000);

  test('leaves no commit undecided: what waited for its acknowledgement is barred and run again', async () => {
    const access = await open();
    await b.process().pause();
    const writing = query(access, "INSERT INTO entry VALUES (1, 'once')");
    await until('the commit waits', async () => {
      const [row] = await a.sql("SHOW STATUS LIKE 'Rpl_semi_sync_source_wait_sessions'");
      return Number(row?.['Value']) > 0;
    });
    await a.process().kill();
    b.process().resume();
    await promote(b);
    await writing;

    expect(await b.sql('SELECT text FROM test.entry')).toMatchObject([{ text: 'once' }]);
    const { outcomesAborted, outcomesCommitted } = cluster.counters;
    expect(outcomesAborted + outcomesCommitted).toBe(1);
  }, 20_000);

  test('is told as an unknown outcome when no writer comes back in time', async () => {
    const access = await open({ writerWaitMs: 500 });
    await b.process().pause();
    const writing = query(access, "INSERT INTO entry VALUES (1, 'lost')");
    writing.catch(() => undefined);
    await until('the commit waits', async () => {
      const [row] = await a.sql("SHOW STATUS LIKE 'Rpl_semi_sync_source_wait_sessions'");
      return Number(row?.['Value']) > 0;
    });
    await a.process().kill();

    await expect(writing).rejects.toMatchObject({
      code: 'HA_OUTCOME_UNKNOWN',
      isRetryable: false,
      outcome: 'unknown',
    });
  });
});

describe('a lost answer to COMMIT', () => {
  allOnOne();

  test('is decided by the marker that the transaction left', async () => {
    const access = await open();
    const deadline = now() + 5000;
    const [committed, never] = [newMarker(server), newMarker(server)];
    await query(access, insertMarker, [committed]);

    expect(await decideOutcome(access, committed, deadline)).toBe('committed');
    expect(await decideOutcome(access, never, deadline)).toBe('not-committed');
  });

  test('can never become a commit once it was decided that it did not', async () => {
    const access = await open();
    const session = createSession(access, false);
    const { connection } = await bind(session, now() + 5000);
    const id = newMarker(server);
    await run(connection, "INSERT INTO entry VALUES (7, 'late')");
    await decideOutcome(access, id, now() + 5000);

    await expect(run(connection, insertMarker, [id])).rejects.toMatchObject({ errno: 1062 });
    endSession(session);
    expect(await valueOf(access, entries)).toBe(0);
  });

  test('waits for a transaction that holds the marker and has not ended', async () => {
    const access = await open();
    const session = createSession(access, false);
    const { connection } = await bind(session, now() + 5000);
    const id = newMarker(server);
    await run(connection, insertMarker, [id]);
    const deciding = decideOutcome(access, id, now() + 5000);
    await run(connection, 'COMMIT');
    endSession(session);

    expect(await deciding).toBe('committed');
  });
});

describe('while there is no writer', () => {
  eachOnItsOwn();

  test('writes wait for one, but not for long and not too many', async () => {
    const access = await open({ writerWaitMs: 400, writersWaitingMax: 2 });
    await a.process().kill();
    await until('a is down', () => cluster.nodes[0]?.state === 'down');
    const startedAt = now();
    const writes = [1, 2, 3].map((id) => query(access, `INSERT INTO entry VALUES (${id}, '')`));
    const [one, two, three] = await Promise.allSettled(writes);

    expect(three).toMatchObject({ reason: { code: 'HA_NO_WRITER', retryAfterMs: 2000 } });
    expect(one).toMatchObject({ reason: { code: 'HA_NO_WRITER' } });
    expect(two).toMatchObject({ reason: { code: 'HA_NO_WRITER', isRetryable: true } });
    expect(now() - startedAt).toBeLessThan(1500);
  });

  test('a process starts all the same, and reads', async () => {
    await a.process().kill();
    const startedAt = now();
    const access = await open();
    expect(await valueOf(access, entries)).toBe(0);
    expect(now() - startedAt).toBeLessThan(1000);
  });
});

describe('a cluster', () => {
  allOnOne();

  test('of two servers that both take writes has no writer: nobody guesses', async () => {
    const access = await open({ writerWaitMs: 500 });
    await b.sql('SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF');
    await until('both are seen', () => cluster.nodes.every(({ isWritable }) => isWritable));

    await expect(query(access, "INSERT INTO entry VALUES (1, '')")).rejects.toMatchObject({
      code: 'HA_NO_WRITER',
    });
    expect(events.some(({ type }) => type === 'split-brain')).toBe(true);
    await b.sql('SET GLOBAL super_read_only = ON');
  });

  test('whose schema has no marker table is refused in words, and nothing is written', async () => {
    const access = await open();
    await a.sql('RENAME TABLE test.haCommit TO test.gone');

    await expect(query(access, "INSERT INTO entry VALUES (1, '')")).rejects.toThrow(
      'The schema has no table haCommit: migrate it first',
    );
    expect(await valueOf(access, entries)).toBe(0);
    await a.sql('RENAME TABLE test.gone TO test.haCommit');
  });

  test('keeps markers for a day', async () => {
    const access = await open();
    await until('the server has told its time', () => server.clockOffsetMs !== 0);
    const old = newMarker(server);
    old.writeUIntBE(clockOf(server) - 25 * 3600 * 1000, 0, 6);
    await query(access, insertMarker, [old]);
    const before = await valueOf(access, 'SELECT COUNT(*) FROM haCommit');
    await sweepMarkers(access);

    expect(await valueOf(access, 'SELECT COUNT(*) FROM haCommit')).toBe(Number(before) - 1);
  });
});
