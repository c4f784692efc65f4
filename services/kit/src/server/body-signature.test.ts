import { describe, expect, test } from '@jest/globals';
import { isBodySigned, signBody } from './body-signature.ts';

const key = 'k'.repeat(32);
const nowMs = Date.UTC(2026, 10, 30);
const signature = signBody(key, '{"a":1}', nowMs);

describe('a signature of a body', () => {
  test('is good for five minutes', () => {
    expect(isBodySigned(signature, '{"a":1}', { key, nowMs: nowMs + 299_000 })).toBe(true);
    expect(isBodySigned(signature, '{"a":1}', { key, nowMs: nowMs + 301_000 })).toBe(false);
  });

  test.each([
    ['another body', signature, '{"a":2}', key],
    ['another key', signature, '{"a":1}', 'x'.repeat(32)],
    ['no key', signBody('', '{"a":1}', nowMs), '{"a":1}', ''],
    ['none', undefined, '{"a":1}', key],
    ['no signature', 'v1=00', '{"a":1}', key],
    ['another time', signature.replace(/t=\d+/, 't=1'), '{"a":1}', key],
  ])('is not that of %s', (_, given, body, withKey) => {
    expect(isBodySigned(given, body, { key: withKey, nowMs })).toBe(false);
  });
});
