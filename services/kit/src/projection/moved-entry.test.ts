import { describe, expect, test } from '@jest/globals';
import { mergeEntries, splitEntries } from './moved-entry.ts';

/** `b` is merged into `c`; `a` may have been merged into `b` before. */
const family = (ends: Readonly<Record<string, string>>) => ({
  mergedId: 'b',
  members: new Set(['a', 'b']),
  endOf: (id: string) => ends[id] ?? id,
  target: 'c',
});

describe('mergeEntries', () => {
  const merged = family({ a: 'c', b: 'c' });

  test('puts the survivor in the place of the merged one', () => {
    expect(mergeEntries(['x', 'b', 'y'], [], merged)).toEqual({
      to: ['x', 'c', 'y'],
      added: ['b'],
    });
  });

  test('leaves one of both, and keeps that both were there', () => {
    expect(mergeEntries(['c', 'b'], [], merged)).toEqual({ to: ['c'], added: ['b', 'c'] });
  });

  test('does not take one that stands for another for itself', () => {
    expect(mergeEntries(['b'], ['a'], merged)).toEqual({ to: ['c'], added: [] });
  });

  test('leaves lists alone that do not name the merged one', () => {
    expect(mergeEntries(['c', 'x'], [], merged)).toEqual({ to: ['c', 'x'], added: [] });
  });
});

describe('splitEntries', () => {
  const split = family({ a: 'b' });

  test('gives the place back', () => {
    expect(splitEntries(['x', 'c', 'y'], ['b'], split).to).toEqual(['x', 'b', 'y']);
  });

  test('leaves the survivor beside it that was there itself, or stands for a third', () => {
    expect(splitEntries(['c'], ['b', 'c'], split).to).toEqual(['b', 'c']);
    const third = { ...split, endOf: (id: string) => (id === 'd' ? 'c' : id) };
    expect(splitEntries(['c'], ['b', 'd'], third).to).toEqual(['b', 'c']);
  });

  test('adds nobody whom somebody has taken out since', () => {
    expect(splitEntries(['x'], ['b'], split).to).toEqual(['x']);
  });
});
