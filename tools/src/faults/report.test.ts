import { describe, expect, test } from '@jest/globals';
import { hasPassed, lineOf, rowOf, type Outcome } from './report.ts';
import { holds, none, seconds, type Measure } from './scenario.ts';

const outcome = (...measures: readonly Measure[]): Outcome => ({
  scenario: { id: 'D1', title: 'the source is killed', onPair: async () => measures },
  measures,
});

describe('a scenario', () => {
  test('passes when everything is within its bound, and tells the main figure first', () => {
    const passed = outcome(seconds('without a write', 412, 10), none('lost', 0), holds('so', true));
    expect(hasPassed(passed)).toBe(true);
    expect(lineOf(passed)).toBe('PASS D1    0.412 s ≤ 10 s without a write; 0 ≤ 0 lost; 1 ≥ 1 so');
    expect(lineOf({ ...passed, tookMs: 41_800 })).toMatch(/1 ≥ 1 so; 42 s in all$/);
    expect(rowOf(passed)).toMatchObject({ id: 'D1', value: 0.412, bound: '≤ 10', ok: true });
  });

  test('fails by any figure, which its line shows first', () => {
    const failed = outcome(seconds('without a write', 412, 10), holds('so', true), none('lost', 3));
    expect(hasPassed(failed)).toBe(false);
    expect(lineOf(failed)).toMatch(/^FAIL D1 .* without a write; NOT 3 ≤ 0 lost; 1 ≥ 1 so$/);
    expect(rowOf(failed).ok).toBe(false);
  });

  test('fails when a silence never ended, which is no number', () => {
    const failed = outcome(seconds('without a write', Infinity, 10));
    expect(hasPassed(failed)).toBe(false);
    expect(lineOf(failed)).toMatch(/^FAIL D1 +never ≤ 10 s/);
    expect(rowOf(failed)).toMatchObject({ value: null, ok: false });
  });

  test('fails when nothing was measured', () => {
    expect(hasPassed(outcome())).toBe(false);
    expect(hasPassed({ ...outcome(none('lost', 0)), problem: 'no mesh' })).toBe(false);
  });
});
