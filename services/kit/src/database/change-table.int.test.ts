import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource, QueryRunner } from 'typeorm';
import { kitMigrations } from '../migrations/index.ts';
import { testDatabase } from '../testing/database.ts';
import { until } from '../testing/until.ts';
import { changeTable } from './change-table.ts';

let db: DataSource;
const runners: QueryRunner[] = [];

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: kitMigrations });
});
afterAll(async () => {
  await Promise.all(runners.map((runner) => runner.release()));
  await db.destroy();
});

const open = (): QueryRunner => {
  const runner = db.createQueryRunner('master');
  runners.push(runner);
  return runner;
};

/** Statements that change a table and wait for somebody who uses it. */
async function countWaiting(runner: QueryRunner): Promise<number> {
  const [row]: { count: string }[] = await runner.query(
    `SELECT COUNT(*) AS count FROM information_schema.processlist
     WHERE db = DATABASE() AND info LIKE 'ALTER TABLE%' AND state LIKE '%metadata lock'`,
  );
  return Number(row?.count);
}

test('waits for a transaction, while others come past every second', async () => {
  const [busy, changing, other] = [open(), open(), open()];
  await busy.startTransaction();
  await busy.query('SELECT COUNT(*) FROM lease');
  let isChanged = false;
  const change = changeTable(changing, 'ALTER TABLE lease ADD COLUMN note INT NULL').then(() => {
    isChanged = true;
  });
  await until(async () => (await countWaiting(other)) > 0, { what: 'the change waits' });

  const startedAt = performance.now();
  await other.query('UPDATE lease SET fence = 1');
  expect(performance.now() - startedAt).toBeLessThan(3000);
  expect(isChanged).toBe(false);
  await busy.commitTransaction();
  await change;
  expect(await other.query("SHOW COLUMNS FROM lease LIKE 'note'")).toHaveLength(1);
});
