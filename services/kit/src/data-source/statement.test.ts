import { describe, expect, test } from '@jest/globals';
import { classify, type StatementKind } from './statement.ts';

const examples: Readonly<Record<StatementKind, readonly string[]>> = {
  read: [
    'select 1',
    ' ( select 1 )',
    '/* hint */ SELECT * FROM t',
    '-- why\nSELECT 1',
    'SELECT @@version, @@global.x',
    "select 'for update'  x",
    "select 'it\\'s for update' x",
    'WITH a AS (SELECT 1) SELECT * FROM a',
    "WITH a AS (SELECT 'delete') SELECT * FROM a",
    'SHOW TABLES',
    'SELECT `update`, updatedAt, lockedBy FROM t',
    'TABLE t',
    'VALUES ROW(1)',
    "select '@x'",
    'EXPLAIN SELECT 1',
    'SELECT CONNECTION_ID()',
  ],
  write: [
    'insert into t values (1)',
    'SELECT * FROM t FOR UPDATE',
    'SELECT * FROM t\nfor\nupdate',
    'SELECT * FROM t FOR SHARE SKIP LOCKED',
    'select 1 lock in share mode',
    'WITH a AS (SELECT 1) UPDATE t SET x=1',
    'select 1 into outfile "x"',
    'call p()',
    'replace into t values (1)',
    'start replica',
    'something unheard of',
    'constructor',
    '',
  ],
  session: [
    'set @x = 1',
    'SET NAMES utf8mb4',
    'SELECT @x',
    'SELECT @`x y`',
    'SELECT @a := 1',
    'select get_lock("a",1)',
    'select LAST_INSERT_ID ()',
    'SELECT SQL_CALC_FOUND_ROWS * FROM t',
    'lock tables t read',
    'create temporary table x (a int)',
    'use db',
  ],
  begin: ['BEGIN', 'start transaction', 'START TRANSACTION READ ONLY'],
  commit: ['COMMIT'],
  rollback: ['ROLLBACK'],
  savepoint: ['ROLLBACK TO SAVEPOINT a', 'SAVEPOINT a', 'RELEASE SAVEPOINT a'],
  'set-transaction': ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED'],
  ddl: ['CREATE TABLE t (a int)', 'ALTER TABLE t ADD x INT', 'DROP TABLE t', 'truncate t'],
};

describe('classify', () => {
  const cases = Object.entries(examples).flatMap(([kind, list]) =>
    list.map((sql) => [sql, kind] as const),
  );

  test.each(cases)('takes %p for %s', (sql, kind) => {
    expect(classify(sql)).toBe(kind);
  });

  test('takes no time to speak of over a megabyte of text', () => {
    const before = process.cpuUsage();
    classify(`SELECT '${"it\\'s ".repeat(200_000)}' AS text FOR UPDATE`);
    classify(`${'('.repeat(500_000)} nothing`);
    classify(`/*${'*'.repeat(500_000)}`);
    const { user } = process.cpuUsage(before);
    expect(user / 1000).toBeLessThan(500);
  });
});
