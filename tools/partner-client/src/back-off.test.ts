import { describe, expect, test } from '@jest/globals';
import { waitMsOf } from './back-off.ts';

describe('The wait before another connection', () => {
  test('doubles with each attempt, up to a minute', () => {
    const waits = [1, 2, 3, 4, 20, 5000].map((attempt) => waitMsOf('lost', attempt, 1));
    expect(waits).toEqual([500, 1000, 2000, 4000, 60_000, 60_000]);
  });

  test('differs from client to client by half', () => {
    expect([0, 0.5, 1].map((random) => waitMsOf('restart', 1, random))).toEqual([250, 375, 500]);
  });

  test('is longest for one who has too much open', () => {
    expect(waitMsOf('tooMany', 1, 0)).toBeGreaterThan(waitMsOf('busy', 1, 1));
  });
});
