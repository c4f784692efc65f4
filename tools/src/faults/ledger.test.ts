import { describe, expect, test } from '@jest/globals';
import { isSound, judge, longestGapMs } from './ledger.ts';
import type { Entry } from './load.ts';

const entry = (operation: number, outcome: Entry['outcome'], answeredAt = 0): Entry => ({
  operation,
  outcome,
  answeredAt,
  row: 1,
  sentAt: 0,
  code: '',
});

describe('judge', () => {
  test('finds an acknowledged write that is gone, a doubled one and a ghost', () => {
    const writes = [entry(1, 'ok'), entry(2, 'ok'), entry(3, 'failed'), entry(4, 'unknown')];
    const verdict = judge(writes, {
      applied: new Map([
        [2, 2],
        [3, 1],
      ]),
      counted: 3,
    });

    expect(verdict).toMatchObject({ lost: 1, doubled: 1, ghosts: 1, unknown: 1, isTorn: false });
    expect(isSound(verdict)).toBe(false);
  });

  test('lets an undecided write be there or not', () => {
    const writes = [entry(1, 'unknown'), entry(2, 'unknown'), entry(3, 'ok')];
    const verdict = judge(writes, {
      applied: new Map([
        [1, 1],
        [3, 1],
      ]),
      counted: 2,
    });

    expect(isSound(verdict)).toBe(true);
  });

  test('finds half a transaction', () => {
    expect(judge([], { applied: new Map([[1, 1]]), counted: 0 }).isTorn).toBe(true);
  });
});

describe('longestGapMs', () => {
  const answers = [100, 200, 900, 1000, 1100].map((at, index) => entry(index, 'ok', at));

  test('measures the longest silence after the fault', () => {
    expect(longestGapMs(answers, 0, 1200)).toBe(700);
    expect(longestGapMs(answers, 950, 1200)).toBe(100);
  });

  test('tells when answers never came back', () => {
    expect(longestGapMs(answers, 950, 9000)).toBe(Infinity);
    expect(longestGapMs([], 0, 9000)).toBe(Infinity);
  });
});
