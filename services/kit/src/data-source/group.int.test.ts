import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Access } from './access.ts';
import { writerOf, type Cluster } from './cluster.ts';
import { createMarkerTable } from './marker-table.ts';
import { closeCluster, openCluster, untilReachable } from './open-cluster.ts';
import { withRetry } from './retry.ts';
import { createScope, runInScope } from './scope.ts';
import { startGroup } from './testing/mysql-group.ts';
import type { TestServers } from './testing/mysql-pair.ts';
import type { MysqlServer } from './testing/mysql-server.ts';
import { until } from './testing/process.ts';
import { openTestAccess, transaction, valueOf } from './testing/session.ts';

let members: TestServers;
let cluster: Cluster;
let access: Access;

beforeAll(async () => {
  members = await startGroup();
  const [first] = members.servers;
  await first?.sql(
    `USE test; ${createMarkerTable}; CREATE TABLE entry (id INT PRIMARY KEY);
     CREATE TABLE counter (id INT PRIMARY KEY, n INT); INSERT INTO counter VALUES (1, 0)`,
  );
  cluster = openCluster({
    nodes: members.servers.map(({ address }) => address),
    user: 'keeper',
    password: 'keeper',
    engine: 'group-replication',
  });
  await untilReachable(cluster, 5000);
  access = openTestAccess(cluster);
}, 120_000);
afterAll(async () => {
  closeCluster(cluster);
  await members.destroy();
}, 20_000);

const server = (name: string): MysqlServer => {
  const found = members.servers.find(({ address }) => address.name === name);
  if (!found) throw new Error(`No server ${name}`);
  return found;
};

const writerName = (): string | null => writerOf(cluster)?.name ?? null;
const isReadable = (): boolean =>
  cluster.nodes.every(({ state, standing }) => state === 'up' && standing === 'member');

/** Writes and reads steadily, remembers what was promised, and counts what its callers were told. */
function startLoad(): { readonly stop: () => Promise<Load> } {
  const load: Load = { written: [], errors: [] };
  const ending = new AbortController();
  let next = 1;
  const write = async (): Promise<void> => {
    const id = (next += 1);
    const unit = [`INSERT INTO entry VALUES (${id})`, 'UPDATE counter SET n = n + 1'];
    await withRetry(() => transaction(access, unit));
    load.written.push(id);
  };
  const work = async (one: () => Promise<unknown>): Promise<void> => {
    while (!ending.signal.aborted) {
      await one().catch((error: unknown) => load.errors.push(error));
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  };
  const workers = [work(write), work(write), work(read)];
  const stop = async (): Promise<Load> => {
    ending.abort();
    await Promise.all(workers);
    return load;
  };
  return { stop };
}

const read = (): Promise<unknown> => valueOf(access, 'SELECT COUNT(*) FROM counter');

type Load = { readonly written: number[]; readonly errors: unknown[] };

describe('a group', () => {
  test('has the writer that it elected, and is read from everywhere', async () => {
    await until('all members are known', isReadable);
    expect(writerName()).toBe('a');
    const byWish = createScope({ preference: 'replica-first' });
    expect(await runInScope(byWish, () => valueOf(access, 'SELECT @@server_id'))).not.toBe(1);
  });

  test('never shows less than its reader has written', async () => {
    const replicaFirst = openTestAccess(cluster, { readPreference: 'replica-first' });
    let stale = 0;
    for (let n = 1; n <= 100; n += 1) {
      await runInScope(createScope(), async () => {
        await transaction(replicaFirst, [`UPDATE counter SET n = ${n} WHERE id = 1`]);
        if ((await valueOf(replicaFirst, 'SELECT n FROM counter WHERE id = 1')) !== n) stale += 1;
      });
    }
    expect(stale).toBe(0);
    await transaction(access, ['UPDATE counter SET n = 0']);
  }, 20_000);

  test('that loses its primary goes on with another one: nothing lost, doubled or shown', async () => {
    const load = startLoad();
    await until('the load is under way', async () => (await entriesOn('a')) > 20);
    await server('a').process().kill();
    await until('another one was elected', () => ![null, 'a'].includes(writerName()), 30_000);
    const elected = writerName() ?? '';
    const before = await entriesOn(elected);
    await until('writes go on', async () => (await entriesOn(elected)) > before + 20, 30_000);
    const { written, errors } = await load.stop();

    expect(errors).toEqual([]);
    const rows = await server(elected).sql('SELECT id FROM test.entry ORDER BY id');
    expect(rows.map(({ id }) => Number(id))).toEqual(written.toSorted((x, y) => x - y));
    const [counter] = await server(elected).sql('SELECT n FROM test.counter');
    expect(counter?.['n']).toBe(written.length);
  }, 60_000);

  test('takes the lost member back, which is read from and stays a secondary', async () => {
    const primary = writerName();
    await server('a').start();
    await server('a').sql('START GROUP_REPLICATION');
    await until('all are read from', isReadable, 60_000);

    expect(writerName()).toBe(primary);
    const wanted = await entriesOn(primary ?? '');
    await until('it has caught up', async () => (await entriesOn('a')) === wanted);
    await transaction(access, ['UPDATE counter SET n = n + 1']);
  }, 90_000);
});

async function entriesOn(name: string): Promise<number> {
  const [row] = await server(name).sql('SELECT COUNT(*) n FROM test.entry');
  return Number(row?.['n']);
}
