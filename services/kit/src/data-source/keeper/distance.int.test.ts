import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMarkerTable } from '../marker-table.ts';
import { closeCluster, openCluster, untilReachable } from '../open-cluster.ts';
import { withRetry } from '../retry.ts';
import { startKeptPair, type KeptPair } from '../testing/kept-pair.ts';
import type { MysqlServer } from '../testing/mysql-server.ts';
import { mysqlTemplate } from '../testing/mysql-template.ts';
import { until } from '../testing/process.ts';
import { openTestAccess, query, transaction, valueOf } from '../testing/session.ts';
import { slowLinks } from '../testing/slow-link.ts';
import { now } from '../time.ts';

/** Servers in another room: two milliseconds away, and reached over TLS alone. */
const links = slowLinks(2);
const secure = ['--super-read-only=ON', '--require-secure-transport=ON'];

let pair: KeptPair;
let a: MysqlServer;
let b: MysqlServer;

beforeAll(async () => {
  // MySQL made a CA when the data folder was made; every server of a test has a copy.
  const caFile = join(mysqlTemplate(), 'ca.pem');
  const ssl = { ca: readFileSync(caFile, 'utf8') };
  pair = await startKeptPair({
    pair: { sourceOptions: secure, replicaOptions: secure },
    keeper: { ssl, replication: { user: 'repl', password: 'repl', caFile } },
    cluster: { ssl },
    via: links.via,
  });
  const [first, second] = pair.servers;
  if (!first || !second) throw new Error('A pair has two servers');
  [a, b] = [first, second];
  await a.sql(`USE test; ${createMarkerTable}; CREATE TABLE entry (id INT PRIMARY KEY)`);
}, 120_000);
afterAll(async () => {
  await pair.destroy();
  links.close();
}, 20_000);

describe('a pair two milliseconds away, behind TLS', () => {
  test('is spoken to over TLS, and not believed when its certificate is of another CA', async () => {
    const access = openTestAccess(pair.cluster);
    await until('a is the writer', () => pair.cluster.record?.writer === 'a');
    expect(await valueOf(access, 'SELECT @@server_id')).toBe(1);
    const cipher = await query(access, "SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    expect(cipher).toMatchObject([{ Value: expect.stringMatching(/^TLS|AES/) }]);

    const nodes = pair.cluster.nodes.map(({ address }) => address);
    const account = { user: 'keeper', password: 'keeper', ssl: { ca: otherCa() } };
    const doubting = openCluster({ nodes, ...account });
    await expect(untilReachable(doubting, 1500)).rejects.toThrow(/^[ab]: .*certificate/i);
    closeCluster(doubting);
  }, 20_000);

  test('is read from while its writer hangs, which writes wait out', async () => {
    const access = openTestAccess(pair.cluster);
    await until('both are known', () => pair.cluster.nodes.every((n) => n.standing === 'member'));
    await valueOf(access, 'SELECT 1');
    a.process().pause();
    const startedAt = now();
    expect(await valueOf(access, 'SELECT @@server_id')).toBe(2);
    expect(now() - startedAt).toBeLessThan(1000);
    a.process().resume();
    await query(access, 'INSERT INTO entry VALUES (1)');
  }, 20_000);

  test('changes its writer when that dies, and takes it back over TLS', async () => {
    const access = openTestAccess(pair.cluster);
    await until('b is listed', async () => (await pair.record()).standby.length === 1);
    const { writer } = await pair.record();
    const lost = writer === 'a' ? a : b;
    const rest = writer === 'a' ? b : a;
    let next = 10;
    const ids = new Set<number>();
    const ending = new AbortController();
    const write = async (): Promise<void> => {
      while (!ending.signal.aborted) {
        const id = (next += 1);
        await withRetry(() => transaction(access, [`INSERT INTO entry VALUES (${id})`]));
        ids.add(id);
      }
    };
    const writing = Promise.all([write(), write()]);
    await until('it is written to', () => ids.size > 10);
    await lost.process().kill();
    const before = ids.size;
    await until('it is written to again', () => ids.size > before + 20);
    ending.abort();
    await writing;
    const rows = await rest.sql('SELECT id FROM test.entry WHERE id > 10');
    expect(new Set(rows.map(({ id }) => Number(id)))).toEqual(ids);

    await lost.start();
    await until(
      'it is a standby again',
      async () => (await pair.record()).standby.length === 1,
      30_000,
    );
    const [secured] = await lost.sql(
      `SELECT ssl_allowed, ssl_ca_file FROM performance_schema.replication_connection_configuration`,
    );
    expect(secured).toMatchObject({
      ssl_allowed: 'YES',
      ssl_ca_file: expect.stringMatching(/ca\.pem$/),
    });
  }, 60_000);
});

/** A certificate that is well-formed and has signed nothing here. */
const otherCa = (): string => {
  const own = readFileSync(join(mysqlTemplate(), 'client-cert.pem'), 'utf8');
  return own;
};
