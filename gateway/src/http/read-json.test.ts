import { describe, expect, test } from '@jest/globals';
import { readJson } from './read-json.ts';

describe('readJson', () => {
  test.each([
    '{"query":"{ a(b: \\"}],{\\") }","variables":{"a":[1,-2.5e3,{"b":null,"a":"a"}],"c":{}}}',
    '[{"a":1},{"a":1},["a","a"]]',
    '"a\\\\"',
    ' true ',
    '{"a":"b","b":"a, \\"a\\": [[["}',
  ])('gives what JSON.parse gives: %s', (text) => {
    expect(readJson(text)).toEqual(JSON.parse(text));
  });

  test('keeps __proto__ as a key like any other', () => {
    const value = readJson('{"__proto__":{"polluted":true}}');
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test.each([
    ['nesting', '['.repeat(1_000_000), 'nested more than 50 deep'],
    ['nesting in objects', '{"a":'.repeat(1000), 'nested more than 50 deep'],
    ['a long list', `[${'1,'.repeat(2000)}1]`, 'more than 2000 entries'],
    [
      'many keys',
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, 1]))),
      'more than 2000 entries',
    ],
    ['a key twice', '{"a":1,"b":{"a":2},"a":3}', 'names "a" twice'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":3}', 'names "a" twice'],
    ['a number without bounds', '{"a":1e999}', 'number that is too large'],
    ['the same below zero', '[-1E+400]', 'number that is too large'],
    ['a long text', `{"a":"${'x'.repeat(900_000)}"}`, 'more than 200000 characters'],
    ['NaN', '{"a":NaN}', 'is no JSON'],
    ['half a text', '{"a":"b', 'is no JSON'],
    ['a text of nothing but quotes', `"${'\\"'.repeat(90_000)}`, 'is no JSON'],
    ['nothing', '', 'is no JSON'],
  ])('refuses %s in little time', (_, text, message) => {
    const startedAt = performance.now();
    expect(() => readJson(text)).toThrow(message);
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});
