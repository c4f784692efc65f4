import { randomUUID } from 'node:crypto';
import type { EntitySchema } from 'typeorm';
import {
  closeCluster,
  openCluster,
  openDatabase,
  type Cluster,
  type Database,
} from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import type { Migration } from '../database/migration.ts';

type Tables = {
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly Migration[];
};

/** The test server's accounts and addresses, from TEST_MYSQL and its companions. */
export function testServer(): {
  readonly cluster: Cluster;
  readonly user: string;
  readonly password: string;
} {
  const user = process.env['TEST_MYSQL_USER'] ?? 'root';
  const password = process.env['TEST_MYSQL_PASSWORD'] ?? '';
  const nodes = (process.env['TEST_MYSQL'] ?? 'a=127.0.0.1:4010').split(',').map((text) => {
    const [name = '', address = ''] = text.trim().split('=');
    const [host = '', port] = address.split(':');
    return { name, host, port: Number(port) };
  });
  return { cluster: openCluster({ nodes, user, password }), user, password };
}

/** A migrated, empty database of its own for one test file. `destroy` drops it. */
export async function testDatabase({ entities, migrations }: Tables): Promise<Database> {
  const { cluster, user, password } = testServer();
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  const account = { cluster, user, password };
  const admin = await openDatabase({ ...account, schema: 'mysql', entities: [] });
  await admin.query(`CREATE DATABASE ${schema}`);
  await migrate({ ...account, schema, migrations });
  const db = await openDatabase({ ...account, schema, entities });

  const destroy = db.destroy.bind(db);
  db.destroy = async () => {
    await destroy();
    await admin.query(`DROP DATABASE ${schema}`);
    await admin.destroy();
    closeCluster(cluster);
  };
  return db;
}
