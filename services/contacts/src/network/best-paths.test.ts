import { describe, expect, test } from '@jest/globals';
import { everyPath, numbers, valueOf } from '../testing/every-path.ts';
import { bestPaths, strengthOfPath, type Tie } from './best-paths.ts';

function randomTies(seed: number): Tie[] {
  const next = numbers(seed);
  const size = 6 + next(8);
  return Array.from({ length: size * (1 + next(3)) }, () => ({
    a: next(size),
    b: next(size),
    strength: 1 + next(next(2) === 0 ? 100 : 4),
  })).filter(({ a, b }) => a !== b);
}

/** Of the processor, so that other work on the machine does not count. */
const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

describe('bestPaths', () => {
  test('finds what going everywhere finds, in 300 random graphs', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const ties = randomTies(seed);
      for (const maxHops of [1, 2, 4, 6]) {
        const expected = everyPath(ties, { from: 0, to: 1, maxHops });
        const first = 1 + (seed % 12);
        const { paths, isComplete } = bestPaths({ ties, from: 0, to: 1, maxHops, first });
        expect(isComplete).toBe(true);
        expect(paths.map(({ strengths, nodes }) => [valueOf(strengths), nodes.length])).toEqual(
          expected
            .slice(0, first)
            .map(({ strengths, nodes }) => [valueOf(strengths), nodes.length]),
        );
        const known = new Set(expected.map(({ nodes }) => nodes.join()));
        expect(paths.every(({ nodes }) => known.has(nodes.join()))).toBe(true);
        expect(new Set(paths.map(({ nodes }) => nodes.join())).size).toBe(paths.length);
      }
    }
  });

  test('goes a longer way when it is stronger', () => {
    const ties = [
      { a: 0, b: 1, strength: 50 },
      { a: 0, b: 2, strength: 90 },
      { a: 2, b: 1, strength: 90 },
    ];
    const { paths } = bestPaths({ ties, from: 0, to: 1, maxHops: 2, first: 2 });
    expect(paths).toEqual([
      { nodes: [0, 2, 1], strengths: [90, 90] },
      { nodes: [0, 1], strengths: [50] },
    ]);
    expect(strengthOfPath([90, 90])).toBe(81);
  });

  test('takes the shorter of two that are as strong', () => {
    const ties = [
      { a: 0, b: 2, strength: 100 },
      { a: 2, b: 1, strength: 60 },
      { a: 0, b: 1, strength: 60 },
    ];
    const { paths } = bestPaths({ ties, from: 0, to: 1, maxHops: 4, first: 1 });
    expect(paths[0]?.nodes).toEqual([0, 1]);
  });

  test('finds nothing between what is not tied, or within too few hops', () => {
    const ties = [
      { a: 0, b: 2, strength: 90 },
      { a: 2, b: 1, strength: 90 },
    ];
    expect(bestPaths({ ties, from: 0, to: 1, maxHops: 1, first: 5 }).paths).toEqual([]);
    expect(bestPaths({ ties, from: 0, to: 7, maxHops: 6, first: 5 }).paths).toEqual([]);
    expect(bestPaths({ ties, from: 0, to: 0, maxHops: 6, first: 5 }).paths).toEqual([]);
  });

  test('is quick where a million ways are equally strong', () => {
    const layers = Array.from({ length: 5 }, (_, layer) => layer);
    const ties = [
      ...Array.from({ length: 20 }, (_, at) => ({ a: 0, b: 10 + at, strength: 70 })),
      ...layers.slice(1).flatMap((layer) =>
        Array.from({ length: 400 }, (_, at) => ({
          a: (layer - 1) * 20 + 10 + Math.floor(at / 20),
          b: layer * 20 + 10 + (at % 20),
          strength: 70,
        })),
      ),
      ...Array.from({ length: 20 }, (_, at) => ({ a: 90 + at, b: 1, strength: 70 })),
    ];
    const before = process.cpuUsage();
    const { paths, isComplete } = bestPaths({ ties, from: 0, to: 1, maxHops: 6, first: 20 });
    expect(cpuMsSince(before)).toBeLessThan(500);
    expect(isComplete).toBe(true);
    expect(paths).toHaveLength(20);
  });

  test('is quick between two who know very many, most of whom know each other', () => {
    const next = numbers(3);
    const ties: Tie[] = [];
    for (let at = 2; at < 1002; at += 1) {
      ties.push({ a: at % 2, b: at, strength: 90 + next(8) });
      for (let each = 0; each < 50; each += 1)
        ties.push({ a: at, b: 2 + next(3000), strength: 20 + next(76) });
    }
    const before = process.cpuUsage();
    const { paths } = bestPaths({ ties, from: 0, to: 1, maxHops: 4, first: 5 });
    expect(cpuMsSince(before)).toBeLessThan(1000);
    expect(paths).toHaveLength(5);
  });
});
