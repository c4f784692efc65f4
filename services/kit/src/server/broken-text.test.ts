import { describe, expect, test } from '@jest/globals';
import { refuseBrokenText } from './broken-text.ts';

const read = (body: string): void => refuseBrokenText(body, JSON.parse(body));

describe('refuseBrokenText', () => {
  test.each([
    [String.raw`{"input":{"labels":{"zh":"\ud800"}}}`, 'input.labels.zh: is no valid Unicode text'],
    [
      String.raw`{"input":{"rows":["好","a\u0000b"]}}`,
      'input.rows.1: must not hold a NUL character',
    ],
    [String.raw`{"where":{"a\udc00":1}}`, 'where: has a key that is no valid text'],
  ])('names where %s is broken', (body, message) => {
    expect(() => read(body)).toThrow(message);
  });

  test.each([
    String.raw`{"name":"\ud842\udfb7 and \ud83d\ude00"}`,
    String.raw`{"name":"written as \\ud800"}`,
    '{"name":"𠮷"}',
  ])('takes %s', (body) => {
    expect(() => read(body)).not.toThrow();
  });
});
