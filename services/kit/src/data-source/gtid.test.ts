import { describe, expect, test } from '@jest/globals';
import {
  containsGtids,
  countGtids,
  formatGtidSet,
  lastGtids,
  parseGtidSet,
  subtractGtids,
  unionGtids,
} from './gtid.ts';

const u = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const v = '4e11fa47-71ca-11e1-9e33-c80aa9429562';
const mixed = parseGtidSet(`${u.toUpperCase()}:1-5:7-9,\n${v}:1-3:tagx:4`);

const last = (text: string): string => formatGtidSet(lastGtids(parseGtidSet(text)));

describe('parseGtidSet', () => {
  test('reads intervals, tags, capitals and line ends', () => {
    expect(formatGtidSet(mixed)).toBe(`${u}:1-5:7-9,${v}:1-3,${v}:tagx:4`);
    expect(countGtids(mixed)).toBe(12);
  });

  test('joins intervals that touch or overlap', () => {
    expect(formatGtidSet(parseGtidSet(`${u}:4-6:1-3:5-9:11`))).toBe(`${u}:1-9:11`);
  });

  test('reads an empty set', () => {
    expect(parseGtidSet(' \n').size).toBe(0);
  });

  test.each(['x', `${u}:x-1`, `${u}:1--3`, "1'; DROP TABLE t", `${u}:1-2-3`])(
    'refuses %p',
    (text) => {
      expect(() => parseGtidSet(text)).toThrow(/^Not a GTID/);
    },
  );
});

describe('GTID sets', () => {
  test('tell whether one contains another', () => {
    expect(containsGtids(mixed, parseGtidSet(`${u}:2-4:8`))).toBe(true);
    expect(containsGtids(mixed, parseGtidSet(`${u}:5-7`))).toBe(false);
    expect(containsGtids(mixed, parseGtidSet(`${v}:tagx:4`))).toBe(true);
    expect(containsGtids(mixed, parseGtidSet(`${v}:4`))).toBe(false);
  });

  test('subtract interval by interval', () => {
    const rest = subtractGtids(mixed, parseGtidSet(`${u}:3-8`));

    expect(formatGtidSet(rest)).toBe(`${u}:1-2:9,${v}:1-3,${v}:tagx:4`);
    expect(subtractGtids(mixed, mixed).size).toBe(0);
  });

  test('are told by the last of each million, in which a member counts in order', () => {
    expect(last(`${u}:1-5:9:12-13,${v}:7`)).toBe(`${u}:13,${v}:7`);
    expect(last(`${u}:1-40:999999-1000003`)).toBe(`${u}:1000000:1000003`);
    expect(last(`${u}:1-40:2000001`)).toBe(`${u}:40:2000001`);
  });

  test('agree with plain sets of numbers', () => {
    let seed = 7;
    const random = (n: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % n;
    };
    const draw = (): { plain: Set<number>; gtids: ReturnType<typeof parseGtidSet> } => {
      const plain = new Set<number>();
      const intervals = Array.from({ length: 6 }, () => {
        const from = 1 + random(30);
        const to = from + random(5);
        for (let n = from; n <= to; n += 1) plain.add(n);
        return `${from}-${to}`;
      });
      return { plain, gtids: parseGtidSet(`${u}:${intervals.join(':')}`) };
    };
    for (let round = 0; round < 500; round += 1) {
      const a = draw();
      const b = draw();
      const left = [...a.plain].filter((n) => !b.plain.has(n)).length;
      expect(countGtids(subtractGtids(a.gtids, b.gtids))).toBe(left);
      expect(countGtids(unionGtids(a.gtids, b.gtids))).toBe(new Set([...a.plain, ...b.plain]).size);
      expect(containsGtids(b.gtids, a.gtids)).toBe(left === 0);
    }
  });
});
