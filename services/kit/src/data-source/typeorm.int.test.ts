import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataSource, EntitySchema, QueryFailedError } from 'typeorm';
import type { Cluster } from './cluster.ts';
import { failoverDriver } from './driver.ts';
import { closeCluster, openCluster } from './open-cluster.ts';
import { createMarkerTable } from './marker-table.ts';
import { createScope, runInScope } from './scope.ts';
import { startPair, type TestServers } from './testing/mysql-pair.ts';

type Person = { id: number; name: string; company?: Company };
type Company = {
  id: number;
  name: string;
  custom: object | null;
  grade?: string | null;
  version?: number;
  people?: Person[];
};

const CompanyTable = new EntitySchema<Company>({
  name: 'company',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    name: { type: 'varchar', length: 80 },
    custom: { type: 'json', nullable: true },
    grade: {
      type: 'varchar',
      length: 1,
      asExpression: "custom->>'$.grade'",
      generatedType: 'VIRTUAL',
      nullable: true,
    },
    version: { type: 'int', version: true },
  },
  relations: {
    people: { type: 'one-to-many', target: 'person', inverseSide: 'company', cascade: true },
  },
  indices: [{ name: 'name_text', columns: ['name'], fulltext: true, parser: 'ngram' }],
});

const PersonTable = new EntitySchema<Person>({
  name: 'person',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    name: { type: 'varchar', length: 80 },
  },
  relations: { company: { type: 'many-to-one', target: 'company', inverseSide: 'people' } },
});

let pair: TestServers;
let cluster: Cluster;
let db: DataSource;

beforeAll(async () => {
  pair = await startPair();
  const nodes = pair.servers.map((server) => server.address);
  cluster = openCluster({ nodes, user: 'keeper', password: 'keeper' });
  const credentials = { username: 'app', password: 'app', database: 'test' };
  db = new DataSource({
    type: 'mysql',
    // Everything that may be read anywhere is read from the replica: the harder half.
    driver: failoverDriver(cluster, { readPreference: 'replica-first' }),
    replication: { master: credentials, slaves: [credentials] },
    database: 'test',
    entities: [CompanyTable, PersonTable],
    synchronize: true,
    charset: 'utf8mb4',
  });
  await pair.servers[0]?.sql(`USE test; ${createMarkerTable}`);
  await db.initialize();
}, 120_000);

afterAll(async () => {
  if (db.isInitialized) await db.destroy();
  closeCluster(cluster);
  await pair.destroy();
});

/** Each test reads its own writes, as a request does. */
const inRequest = (work: () => Promise<void>) => (): Promise<void> =>
  runInScope(createScope(), work);

const named = (name: string): Promise<number> => db.manager.countBy(PersonTable, { name });

async function level(wanted?: 'REPEATABLE READ' | 'SERIALIZABLE'): Promise<unknown> {
  const runner = db.createQueryRunner();
  await runner.startTransaction(wanted);
  await runner.query("INSERT INTO person (name) VALUES ('level')");
  const [{ id }] = await runner.query('SELECT CONNECTION_ID() id FROM person LIMIT 1');
  // MySQL shows this table as it was up to a tenth of a second ago.
  await pair.servers[0]?.sql('DO SLEEP(0.15)');
  const rows = await pair.servers[0]?.sql(
    `SELECT trx_isolation_level level FROM information_schema.innodb_trx
     WHERE trx_mysql_thread_id = ?`,
    id,
  );
  await runner.rollbackTransaction();
  await runner.release();
  return rows?.[0]?.['level'];
}

describe('TypeORM on the failover driver', () => {
  test(
    'saves with cascades, generated ids and a version column',
    inRequest(async () => {
      const people = [{ name: '王' }, { name: '李' }];
      const saved = await db.manager.save(CompanyTable, {
        name: '上海恒泰',
        custom: { grade: 'A' },
        people,
      });
      const { id } = saved;
      const found = await db.manager.findOneOrFail(CompanyTable, {
        where: { id },
        relations: { people: true },
      });
      expect(found).toMatchObject({ grade: 'A', version: 1 });
      expect(found.people).toHaveLength(2);

      found.name += '科技';
      await db.manager.save(CompanyTable, found);
      expect(await db.manager.findOneBy(CompanyTable, { id })).toMatchObject({ version: 2 });
    }),
  );

  test(
    'rolls back to a savepoint and keeps what came before',
    inRequest(async () => {
      await db.transaction(async (outer) => {
        await outer.insert(PersonTable, { name: 'outer' });
        const inner = outer.transaction(async (manager) => {
          await manager.insert(PersonTable, { name: 'inner' });
          throw new Error('inner fails');
        });
        await expect(inner).rejects.toThrow('inner fails');
      });
      expect(await named('outer')).toBe(1);
      expect(await named('inner')).toBe(0);
    }),
  );

  test(
    'rolls a failed transaction back',
    inRequest(async () => {
      const failing = db.transaction(async (manager) => {
        await manager.insert(PersonTable, { name: 'gone' });
        throw new Error('refused');
      });
      await expect(failing).rejects.toThrow('refused');
      expect(await named('gone')).toBe(0);
    }),
  );

  test(
    'honours the isolation level that is asked for',
    inRequest(async () => {
      expect(await level()).toBe('READ COMMITTED');
      expect(await level('SERIALIZABLE')).toBe('SERIALIZABLE');
      expect(await level('REPEATABLE READ')).toBe('REPEATABLE READ');
      expect(await level()).toBe('READ COMMITTED');
    }),
  );

  test(
    'locks rows, and skips the locked',
    inRequest(async () => {
      await db.manager.save(CompanyTable, { name: 'lock', custom: null });
      await db.transaction(async (first) => {
        const own = first.createQueryBuilder(CompanyTable, 'c').where({ name: 'lock' });
        expect(await own.setLock('pessimistic_write').getMany()).toHaveLength(1);
        await db.transaction(async (second) => {
          const other = second.createQueryBuilder(CompanyTable, 'c').where({ name: 'lock' });
          other.setLock('pessimistic_write').setOnLocked('skip_locked');
          expect(await other.getMany()).toHaveLength(0);
        });
      });
    }),
  );

  test(
    'writes outside a transaction and tells how many rows it touched',
    inRequest(async () => {
      const { identifiers } = await db.manager.insert(PersonTable, { name: 'one' });
      const id = Number(identifiers[0]?.['id']);
      await db.manager.upsert(PersonTable, { id, name: 'two' }, ['id']);
      expect(await db.manager.update(PersonTable, { id }, { name: 'three' })).toMatchObject({
        affected: 1,
      });
      expect(await db.manager.findOneBy(PersonTable, { id })).toMatchObject({ name: 'three' });
      expect(await db.manager.delete(PersonTable, id)).toMatchObject({ affected: 1 });
    }),
  );

  test(
    'runs recursive queries and window functions',
    inRequest(async () => {
      const rows = await db.query(
        `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 5)
         SELECT n, NTILE(2) OVER (ORDER BY n) half FROM s`,
      );
      expect(rows).toHaveLength(5);
    }),
  );

  test(
    'streams rows',
    inRequest(async () => {
      await db.manager.insert(PersonTable, [{ name: 's' }, { name: 's' }, { name: 's' }]);
      const stream = await db.manager
        .createQueryBuilder(PersonTable, 'p')
        .where({ name: 's' })
        .stream();
      const rows: unknown[] = [];
      for await (const row of stream) rows.push(row);
      expect(rows).toHaveLength(3);
    }),
  );

  test(
    'finds Chinese text by its full-text index',
    inRequest(async () => {
      await db.manager.save(CompanyTable, { name: '深圳宏远贸易有限公司', custom: null });
      const found = await db.manager
        .createQueryBuilder(CompanyTable, 'c')
        .where('MATCH(c.name) AGAINST(:words IN BOOLEAN MODE)', { words: '"宏远"' })
        .getMany();
      expect(found).toHaveLength(1);
    }),
  );

  test(
    'passes on the errors of MySQL as they are',
    inRequest(async () => {
      const failing = db.query("INSERT INTO person (id, name) VALUES (9001, 'a'), (9001, 'b')");
      await expect(failing).rejects.toThrow(QueryFailedError);
      await expect(failing).rejects.toMatchObject({ driverError: { code: 'ER_DUP_ENTRY' } });
      expect(await named('a')).toBe(0);
    }),
  );

  test(
    'keeps variables and named locks on one runner, and nothing of them after it',
    inRequest(async () => {
      const runner = db.createQueryRunner();
      await runner.query('SET @x = 7');
      expect(await runner.query('SELECT @x x')).toEqual([{ x: '7' }]);
      await runner.query("SELECT GET_LOCK('test', 1)");
      await runner.query("INSERT INTO person (name) VALUES ('pinned')");
      await runner.startTransaction();
      await runner.query("INSERT INTO person (name) VALUES ('pinned')");
      await runner.commitTransaction();
      await runner.release();

      expect(await named('pinned')).toBe(2);
      expect(await db.query("SELECT IS_FREE_LOCK('test') free")).toEqual([{ free: '1' }]);
    }),
  );

  test(
    'ties a session to its server when a transaction leaves state behind',
    inRequest(async () => {
      const runner = db.createQueryRunner();
      await runner.startTransaction();
      await runner.query("INSERT INTO person (name) VALUES ('tied')");
      await runner.query('SET @y = 8');
      await runner.commitTransaction();
      expect(await runner.query('SELECT @y y')).toEqual([{ y: '8' }]);
      await runner.query("UPDATE person SET name = 'tied again' WHERE name = 'tied'");
      await runner.release();
      expect(await named('tied again')).toBe(1);
    }),
  );

  test('runs no statement twice and leaves no connection behind', () => {
    for (const pools of cluster.pools) {
      for (const { reads, writes } of pools.values()) {
        expect([reads.busy.size, writes.busy.size]).toEqual([0, 0]);
      }
    }
    expect(cluster.counters).toMatchObject({ writeRetries: 0, outcomesAborted: 0 });
  });
});
