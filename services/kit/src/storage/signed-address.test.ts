import { describe, expect, test } from '@jest/globals';
import { newId } from '../id.ts';
import { addressMs, readAddress, signAddress, type AddressClaims } from './signed-address.ts';

const key = { service: 'contacts', key: 'k'.repeat(32) };
const now = Date.parse('2026-11-30T00:00:00Z');
const claims: AddressClaims = {
  do: 'download',
  id: `${newId()}.1`,
  subject: 'somebody',
  staffId: null,
  until: now + addressMs,
};
const tokenOf = (path: string): string => path.split('/').at(-1) ?? '';
const token = tokenOf(signAddress(key, claims));

describe('a signed address', () => {
  test('says what it was given out for, for five minutes', () => {
    expect(readAddress(key, token, { nowMs: now + addressMs - 1 })).toEqual(claims);
    expect(() => readAddress(key, token, { nowMs: now + addressMs })).toThrow('has ended');
    expect(readAddress(key, token, { nowMs: now + addressMs, mayHaveEnded: true })).toEqual(claims);
  });

  test.each([
    ['of another service', { ...key, service: 'customers' }, token],
    ['of another key', { ...key, key: 'x'.repeat(32) }, token],
    [
      'with other claims',
      key,
      `${Buffer.from(JSON.stringify({ ...claims, id: 'x' })).toString('base64url')}.${token.split('.')[1]}`,
    ],
    ['without a signature', key, token.split('.')[0] ?? ''],
    ['that is nonsense', key, 'x.y'],
  ])('%s is unknown', (_, by, given) => {
    expect(() => readAddress(by, given, { nowMs: now })).toThrow('no such address');
  });
});
