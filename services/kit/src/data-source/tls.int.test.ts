import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMarkerTable } from './marker-table.ts';
import { closeCluster, openCluster, untilReachable } from './open-cluster.ts';
import type { ClusterOptions } from './options.ts';
import { keep, keeperDefaults, type KeptPair } from './testing/kept-pair.ts';
import { startPair } from './testing/mysql-pair.ts';
import type { MysqlServer } from './testing/mysql-server.ts';
import { startNats } from './testing/nats.ts';
import { openTestAccess, query, valueOf } from './testing/session.ts';

const secured = '--require-secure-transport=ON';

let pair: KeptPair;
let a: MysqlServer;
let b: MysqlServer;
let ca: string;

beforeAll(async () => {
  const [servers, nats] = await Promise.all([startPair(), startNats(1)]);
  const [first, second] = servers.servers;
  if (!first || !second) throw new Error('A pair has two servers');
  [a, b] = [first, second];
  await a.sql(`USE test; ${createMarkerTable}; CREATE TABLE entry (id INT PRIMARY KEY)`);
  for (const server of [a, b]) await server.sql('SET GLOBAL require_secure_transport = ON');
  const caFile = join(servers.folder, 'ca.pem');
  ca = certificate(a, 'ca.pem');
  writeFileSync(caFile, ca);
  pair = await keep(servers, nats, {
    keeper: {
      ssl: { ca },
      replication: { ...keeperDefaults.replication, caFile },
      timing: { failoverGapMs: 0 },
    },
    cluster: { ssl: { ca } },
  });
}, 120_000);
afterAll(() => pair.destroy(), 20_000);

/** Every server has the certificates of the folder that it was copied from: one CA vouches for all. */
const certificate = ({ folder }: MysqlServer, name: string): string =>
  readFileSync(join(folder, 'data', name), 'utf8');

const cipherOf = `SELECT variable_value FROM performance_schema.session_status
  WHERE variable_name = 'Ssl_cipher'`;

async function refusalOf(options: Partial<ClusterOptions>): Promise<string> {
  const nodes = [a, b].map(({ address }) => address);
  const cluster = openCluster({ nodes, user: 'keeper', password: 'keeper', ...options });
  const refusal = await untilReachable(cluster, 3000).then(
    () => 'was let in',
    (error: unknown) => String(error),
  );
  closeCluster(cluster);
  return refusal;
}

describe('servers that speak TLS alone', () => {
  test('serve data sources that know their CA', async () => {
    const access = openTestAccess(pair.cluster);
    expect(await valueOf(access, cipherOf)).toMatch(/^TLS_|SHA/);
    await query(access, 'INSERT INTO entry VALUES (1)');
  });

  test('refuse the others, who are told why', async () => {
    expect(await refusalOf({})).toMatch(/insecure transport/);
    const another = certificate(b, 'client-cert.pem');
    expect(await refusalOf({ ssl: { ca: another } })).toMatch(/certificate/);
  }, 20_000);

  test('replicate so after a failover, and check whom they follow', async () => {
    await a.process().kill();
    await pair.happens('promoted', 'b');
    await query(openTestAccess(pair.cluster), 'INSERT INTO entry VALUES (2)');
    await a.start(secured);
    await pair.happens('standby', 'a');

    const [followed] = await a.sql(
      'SELECT ssl_allowed isOn, ssl_ca_file caFile, ssl_verify_server_certificate verifies FROM performance_schema.replication_connection_configuration',
    );
    expect(followed).toMatchObject({ isOn: 'YES', caFile: expect.stringContaining('ca.pem') });
    expect(await a.sql('SELECT id FROM test.entry')).toEqual([{ id: 1 }, { id: 2 }]);
  }, 60_000);
});
