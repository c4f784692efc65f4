import { describe, expect, test } from '@jest/globals';
import { HaError, type HaErrorCode } from '../data-source/errors.ts';
import { asAppError } from './cluster-failure.ts';

const told = (code: HaErrorCode, details = {}): unknown =>
  asAppError(new HaError(code, 'mysql-a at 10.0.0.7', details))?.extensions;

describe('a failure of the cluster', () => {
  test('tells the caller when to come again, and whether the change may be there', () => {
    expect(told('HA_NO_WRITER', { retryAfterMs: 2000 })).toEqual({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterMs: 2000,
      outcome: 'not-committed',
    });
    expect(told('HA_OUTCOME_UNKNOWN', { outcome: 'unknown' })).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      outcome: 'unknown',
    });
  });

  test('tells a full disk and a deadline from an outage', () => {
    expect(told('HA_STORAGE_FULL', { retryAfterMs: 30_000 })).toEqual({
      code: 'STORAGE_FULL',
      retryAfterMs: 30_000,
      outcome: 'not-committed',
    });
    expect(told('HA_DEADLINE')).toEqual({ code: 'TIMEOUT' });
  });

  test('names no server', () => {
    expect(asAppError(new HaError('HA_NO_READER', 'mysql-a'))?.message).not.toContain('mysql');
    expect(asAppError(new Error('Duplicate entry'))).toBeNull();
  });
});
