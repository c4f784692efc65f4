import { describe, expect, test } from '@jest/globals';
import { HaError, haErrorIn, isLost, isReadOnly, reasonOf } from './errors.ts';
import { isRetryable, withRetry } from './retry.ts';

const mysqlError = (errno: number, message: string, code = 'ER'): Error =>
  Object.assign(new Error(message), { errno, code });

describe('errors of the data source', () => {
  test('may be repeated only when nothing was committed and something may change', () => {
    expect(new HaError('HA_TX_ABORTED', 'x').isRetryable).toBe(true);
    expect(new HaError('HA_NO_WRITER', 'x').isRetryable).toBe(true);
    expect(new HaError('HA_OUTCOME_UNKNOWN', 'x', { outcome: 'unknown' }).isRetryable).toBe(false);
    expect(new HaError('HA_TX_ABORTED', 'x', { outcome: 'unknown' }).isRetryable).toBe(false);
    expect(new HaError('HA_ABORTED', 'x').isRetryable).toBe(false);
    expect(new HaError('HA_MISCONFIGURED', 'x').isRetryable).toBe(false);
  });

  test('are found inside what an ORM wrapped around them', () => {
    const inner = new HaError('HA_NO_WRITER', 'x');

    expect(haErrorIn(Object.assign(new Error('query failed'), { driverError: inner }))).toBe(inner);
    expect(haErrorIn(new Error('other'))).toBeNull();
    expect(haErrorIn(null)).toBeNull();
  });

  test('tell a lost connection from a refused statement', () => {
    expect(isLost(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBe(true);
    expect(isLost(Object.assign(new Error('x'), { fatal: true }))).toBe(true);
    expect(isLost(mysqlError(1062, 'Duplicate entry', 'ER_DUP_ENTRY'))).toBe(false);
    expect(isLost('text')).toBe(false);
  });

  test('tell a read-only server from another option of the same number', () => {
    expect(isReadOnly(mysqlError(1290, 'running with the --super-read-only option'))).toBe(true);
    expect(isReadOnly(mysqlError(1836, 'Running in read-only mode'))).toBe(true);
    expect(isReadOnly(mysqlError(1290, 'running with the --secure-file-priv option'))).toBe(false);
  });

  test('are named by their code, else by their message', () => {
    expect(reasonOf(mysqlError(1, 'x', 'ER_X'))).toBe('ER_X');
    expect(reasonOf(new Error('words'))).toBe('words');
    expect(reasonOf(null)).toBe('null');
  });
});

const failing = (error: unknown, times: number): (() => Promise<number>) => {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
};

describe('withRetry', () => {
  test('runs the work again after a loss that certainly left nothing behind', async () => {
    expect(await withRetry(failing(new HaError('HA_TX_ABORTED', 'x'), 2))).toBe(3);
  });

  test.each([1213, 1205])('runs what MySQL has undone for a lock again: %i', async (number) => {
    const error = Object.assign(new Error('x'), { driverError: mysqlError(number, 'Deadlock') });
    expect(await withRetry(failing(error, 1))).toBe(2);
  });

  test('never repeats what may have been committed', async () => {
    const unknown = new HaError('HA_OUTCOME_UNKNOWN', 'may be there', { outcome: 'unknown' });
    await expect(withRetry(failing(unknown, 1))).rejects.toBe(unknown);
  });

  test('gives up in the end', async () => {
    const lost = new HaError('HA_TX_ABORTED', 'again and again');
    await expect(withRetry(failing(lost, 9), { attempts: 2 })).rejects.toBe(lost);
  });

  test('leaves every other error alone', () => {
    expect(isRetryable(mysqlError(1062, 'Duplicate entry'))).toBe(false);
    expect(isRetryable(new TypeError('bug'))).toBe(false);
  });
});
