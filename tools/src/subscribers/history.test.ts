import { describe, expect, test } from '@jest/globals';
import { judgeHistory } from './history.ts';
import type { Told } from './subscriber.ts';

const change = (version: number, eventId = String(version)): Told => ({
  kind: 'UPDATED',
  eventId,
  entityId: 'a',
  version,
  occurredAt: 0,
  at: 0,
});
const notice = (kind: string): Told => ({
  ...change(0, kind),
  kind,
  entityId: null,
  version: null,
});

const truth = new Map([['a', { from: 1, to: 4 }]]);
const good = { missing: 0, misplaced: 0, repeated: 0, doubled: 0, gaps: 0, overflows: 0 };

describe('A history', () => {
  test.each<[string, readonly Told[], object]>([
    ['is whole', [change(2), change(3), change(4)], {}],
    [
      'may tell a change again',
      [change(2), change(3), change(2), change(3), change(4)],
      { repeated: 2 },
    ],
    ['lacks a change', [change(2), change(4)], { missing: 1 }],
    ['lacks the end', [change(2)], { missing: 2 }],
    ['is out of order', [change(3), change(2), change(4)], { misplaced: 1 }],
    [
      'tells two changes for one',
      [change(2), change(2, 'x'), change(3), change(4)],
      { doubled: 1 },
    ],
    ['tells of a gap', [change(2), notice('GAP'), change(4)], { missing: 1, gaps: 1 }],
  ])('that %s', (_, told, expected) => {
    expect(judgeHistory(told, truth)).toEqual({ ...good, ...expected });
  });
});
