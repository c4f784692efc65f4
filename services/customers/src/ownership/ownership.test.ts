import { describe, expect, test } from '@jest/globals';
import { hasRoom, policyProblems, recycleBefore } from '../pool/pool.ts';
import { keptUntil, reasonProblems } from './ownership.ts';

const now = new Date('2026-11-29T08:00:00Z');

describe('a change of owner', () => {
  test.each([
    ['离职交接', 0],
    ['长'.repeat(500), 0],
    [' ', 1],
    ['长'.repeat(501), 1],
  ])('with the reason %j has %d problems', (reason, count) => {
    expect(reasonProblems(reason)).toHaveLength(count);
  });

  test('lets the owner before read on for 30 days, or until a day that is said', () => {
    expect(keptUntil(now, null)).toEqual(new Date('2026-12-29T08:00:00Z'));
    expect(keptUntil(now, now)).toEqual(now);
  });
});

describe('the pool', () => {
  test.each([
    [{ active: false, capacity: null, recycleAfterDays: null }, []],
    [{ active: true, capacity: 200, recycleAfterDays: 90 }, []],
    [{ active: true, capacity: null, recycleAfterDays: null }, ['recycleAfterDays']],
    [{ active: false, capacity: 0, recycleAfterDays: 0 }, ['capacity', 'recycleAfterDays']],
  ])('policy %j has problems with %j', (policy, paths) => {
    expect(policyProblems(policy).map(({ path }) => path)).toEqual(paths);
  });

  test('has room for those below the capacity, and for all when there is none', () => {
    expect([hasRoom(1, 2), hasRoom(2, 2), hasRoom(9, null)]).toEqual([true, false, true]);
  });

  test('counts days back', () => {
    expect(recycleBefore(now, 90)).toEqual(new Date('2026-08-31T08:00:00Z'));
  });
});
