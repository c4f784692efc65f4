import { randomUUID } from 'node:crypto';
import { DataSource, type EntitySchema } from 'typeorm';
import type { Migration } from '../migration.ts';

type Tables = {
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly Migration[];
};

/** A migrated, empty database of its own for one test file. `destroy` drops it. */
export async function testDatabase({ entities, migrations }: Tables): Promise<DataSource> {
  const [, host = '127.0.0.1', port] =
    /=([^:]+):(\d+)/.exec(process.env['TEST_MYSQL'] ?? 'a=127.0.0.1:4010') ?? [];
  const username = process.env['TEST_MYSQL_USER'] ?? 'root';
  const password = process.env['TEST_MYSQL_PASSWORD'] ?? '';
  const server = { type: 'mysql', host, port: Number(port), username, password } as const;
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = await new DataSource(server).initialize();
  await admin.query(`CREATE DATABASE ${schema}`);

  const db = await new DataSource({
    ...server,
    database: schema,
    timezone: 'Z',
    entities: [...entities],
    migrations: [...migrations],
  }).initialize();
  await db.runMigrations();

  const destroy = db.destroy.bind(db);
  db.destroy = async () => {
    await destroy();
    await admin.query(`DROP DATABASE ${schema}`);
    await admin.destroy();
  };
  return db;
}
