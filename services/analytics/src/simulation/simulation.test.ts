import { expect, test } from '@jest/globals';
import { collectMovers, moverCount, startComparison, type Simulated } from './simulation.ts';

const simulated = (at: number, shift: number, grade = 'B'): Simulated => ({
  subjectType: 'CUSTOMER',
  subjectId: String(at).padStart(4, '0'),
  before: { status: 'SCORED', score: '10.00', grade: 'A' },
  after: { status: 'SCORED', score: String(10 + shift), grade },
});

test('keeps those who move most, however many move', () => {
  const moving = collectMovers(3);
  for (const at of Array.from({ length: 100 }, (_, index) => index)) {
    moving.add(simulated(at, (at * 37) % 50));
    moving.add(simulated(1000 + at, 90, 'A'));
  }
  const kept = moving.result();
  expect(kept.map(({ after }) => Number(after.score) - 10)).toEqual([49, 49, 48]);
  expect(kept[0]?.subjectId).toBe('0027');
});

test('counts who goes from which grade to which, and a full score in the last tenth', () => {
  const comparing = startComparison(100);
  comparing.add(simulated(1, 90));
  comparing.add(simulated(2, 0, 'A'));
  comparing.add({ ...simulated(3, 0), before: null });
  const result = comparing.result();
  expect(result.comparedCount).toBe(2);
  expect(moverCount(result)).toBe(2);
  expect(result.deciles.after).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
});
