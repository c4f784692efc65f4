import { describe, expect, test } from '@jest/globals';
import { collect } from './collect.ts';
import { merge } from './merge.ts';
import type { Data } from './work.ts';

const merged = (target: Data, source: Data): Data => {
  merge(target, source);
  return target;
};

describe('What two subgraphs say of one object', () => {
  test.each([
    [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [{ a: { x: 1 } }, { a: { y: 2 } }, { a: { x: 1, y: 2 } }],
    [
      { a: [{ x: 1 }, null, { x: 3 }] },
      { a: [{ y: 1 }, { y: 2 }, null] },
      { a: [{ x: 1, y: 1 }, { y: 2 }, null] },
    ],
    [{ a: [[{ x: 1 }]] }, { a: [[{ y: 1 }]] }, { a: [[{ x: 1, y: 1 }]] }],
    [{ a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
    [{ a: { x: 1 } }, { a: null }, { a: null }],
    [{ a: null }, { a: { x: 1 } }, { a: { x: 1 } }],
    [{ a: 1 }, { a: { x: 1 } }, { a: { x: 1 } }],
  ])('%j and %j make %j', (target, source, both) => {
    expect(merged(target, source)).toEqual(both);
  });

  test('never reaches what all objects inherit', () => {
    const hostile: unknown = JSON.parse('{"a":{"__proto__":{"polluted":1},"constructor":{"x":1}}}');
    const target: Data = { a: { b: 1 } };
    merge(target, Object.assign({}, hostile));
    merge(target, Object.assign({}, JSON.parse('{"a":{"__proto__":{"polluted":1}}}')));
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(JSON.stringify(target)).toBe(
      '{"a":{"b":1,"__proto__":{"polluted":1},"constructor":{"x":1}}}',
    );
  });
});

describe('The objects at a path', () => {
  const shared = { id: 's' };
  const data = {
    list: [{ one: shared }, null, { one: shared }, { one: null }, { two: [[shared]] }],
  };

  test('are given for each place, or once where places share them', () => {
    expect(collect(data, ['list', '@', 'one'], 99)).toEqual([shared, shared]);
    expect(collect(data, ['list', '@', 'one'], 2)).toEqual([shared]);
    expect(collect(data, ['list', '@', 'two', '@', '@'], 99)).toEqual([shared]);
    expect(collect(data, ['nothing', '@'], 99)).toEqual([]);
  });
});
