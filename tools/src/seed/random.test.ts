import { describe, expect, test } from '@jest/globals';
import { daysBefore, randomOf } from './random.ts';

const draws = (seed: number, number: number): number[] => {
  const random = randomOf(seed, 'customer', number);
  return Array.from({ length: 5 }, () => random.share());
};

describe('draws', () => {
  test('are the same for the same seed and number, and others for any other', () => {
    expect(draws(1, 17)).toEqual(draws(1, 17));
    expect(draws(1, 17)).not.toEqual(draws(1, 18));
    expect(draws(1, 17)).not.toEqual(draws(2, 17));
  });

  test('of neighbouring numbers are spread evenly', () => {
    const firsts = Array.from({ length: 4000 }, (_, number) => draws(1, number)[0] ?? 0);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => firsts.filter((share) => Math.floor(share * 10) === tenth).length,
    );
    for (const count of tenths) expect(Math.abs(count - 400)).toBeLessThan(80);
  });

  test('of a count are its mean on average, and seldom far above it', () => {
    const counts = Array.from({ length: 4000 }, (_, number) =>
      randomOf(1, 'orders', number).count(3),
    );
    const sum = counts.reduce((total, count) => total + count, 0);
    expect(sum / 4000).toBeCloseTo(3, 0);
    expect(counts.filter((count) => count > 12).length / 4000).toBeLessThan(0.03);
  });
});

test('days before a day cross months and years', () => {
  expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28');
  expect(daysBefore('2026-01-01', 365)).toBe('2025-01-01');
});
