import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createTurns } from './turns.ts';

describe('Turns', () => {
  test('are taken few at a time, in order, and not by more than may wait', async () => {
    const turns = createTurns({ atOnce: 2, everyMs: 30, waitingMax: 3 });
    const begun: { readonly who: number; readonly at: number }[] = [];
    const may = [1, 2, 3, 4, 5, 6].map((who) =>
      turns.take(() => begun.push({ who, at: performance.now() })),
    );
    expect(may).toEqual([true, true, true, true, true, false]);
    expect(begun.map(({ who }) => who)).toEqual([1, 2]);

    await sleep(200);
    expect(begun.map(({ who }) => who)).toEqual([1, 2, 3, 4, 5]);
    const [first, , third, fourth, fifth] = begun.map(({ at }) => at);
    expect((third ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(29);
    expect((fifth ?? 0) - (fourth ?? 0)).toBeGreaterThanOrEqual(20);

    turns.take(() => begun.push({ who: 7, at: performance.now() }));
    expect(begun.at(-1)?.who).toBe(7);
  });

  test('come in larger rounds after the process was busy', async () => {
    const turns = createTurns({ atOnce: 2, everyMs: 30, waitingMax: 10 });
    const begun: number[] = [];
    for (const who of [1, 2, 3, 4, 5, 6, 7, 8]) turns.take(() => begun.push(who));
    const busyUntil = performance.now() + 75;
    while (performance.now() < busyUntil);
    await sleep(1);
    expect(begun).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
