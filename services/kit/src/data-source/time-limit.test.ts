import { describe, expect, test } from '@jest/globals';
import { now } from './time.ts';
import { withTimeLimit } from './time-limit.ts';

describe('withTimeLimit', () => {
  test('tells the server when to stop', () => {
    expect(withTimeLimit('  select 1', now() + 1000)).toMatch(
      /^ {2}SELECT \/\*\+ MAX_EXECUTION_TIME\((?:999|1000)\) \*\/ 1$/,
    );
    expect(withTimeLimit('SELECT 1', now() - 5)).toContain('MAX_EXECUTION_TIME(1)');
  });

  test.each(['SELECT /*+ NO_INDEX_MERGE(t) */ 1', 'WITH a AS (SELECT 1) SELECT 1', 'SHOW TABLES'])(
    'leaves %p alone',
    (sql) => {
      expect(withTimeLimit(sql, now() + 1000)).toBe(sql);
    },
  );

  test('adds nothing without a deadline', () => {
    expect(withTimeLimit('SELECT 1', Infinity)).toBe('SELECT 1');
  });
});
