import { describe, expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { AppError } from '../errors.ts';
import { contextSigner, contextVerifier, type SignedRequest } from './signature.ts';

const key = 'k'.repeat(32);
const now = Date.parse('2026-11-23T09:00:00Z');
const body = Buffer.from('{"query":"{ a }"}');
const request: SignedRequest = {
  viewer: { subject: 'li', staffId: null, roles: ['rep'], teamIds: [], purpose: null },
  requestId: 'r-1',
  deadlineAt: now + 5000,
  consistency: null,
  lane: 'interactive',
};
const sign = contextSigner({ audience: 'customers', key });
const verifier = () => contextVerifier({ audience: 'customers', key });

function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError && error.cause instanceof Error) {
      return `${error.extensions.code}: ${error.cause.message}`;
    }
  }
  return 'accepted';
}

describe('A signed context', () => {
  test('gives back what the gateway said', () => {
    expect(verifier()(sign(request, body, now), body, now)).toMatchObject(request);
  });

  test('is a JWT that any library can read', async () => {
    const { payload } = await jwtVerify(sign(request, body, now), Buffer.from(key), {
      audience: 'customers',
      currentDate: new Date(now),
      algorithms: ['HS256'],
    });
    expect(payload['requestId']).toBe('r-1');
  });

  test.each([
    ['nothing', undefined, 'no context'],
    ['two headers', ['a', 'b'], 'no context'],
    ['text', 'abc', 'another kind of token'],
    ['no algorithm', 'eyJhbGciOiJub25lIn0.e30.', 'another kind of token'],
    [
      'another key',
      contextSigner({ audience: 'customers', key: 'x'.repeat(32) })(request, body, now),
      'bad signature',
    ],
    [
      'another audience',
      contextSigner({ audience: 'care', key })(request, body, now),
      'another audience',
    ],
    ['an old one', sign(request, body, now - 30_000), 'expired'],
    ['one from far ahead', sign(request, body, now + 30_001), 'valid for too long'],
    ['a shortened one', sign(request, body, now).slice(0, -2), 'bad signature'],
  ])('is refused when there is %s', (_, token, reason) => {
    expect(reasonOf(() => verifier()(token, body, now))).toBe(`UNAUTHENTICATED: ${reason}`);
  });

  test('is refused with another body', () => {
    const token = sign(request, body, now);
    expect(reasonOf(() => verifier()(token, Buffer.from('{}'), now))).toBe(
      'UNAUTHENTICATED: another body',
    );
  });

  test('is good for one call, until it has expired anyway', () => {
    const verify = verifier();
    const token = sign(request, body, now);
    expect(reasonOf(() => verify(token, body, now))).toBe('accepted');
    expect(reasonOf(() => verify(token, body, now))).toBe('UNAUTHENTICATED: used before');

    const late = sign(request, body, now + 20_000);
    expect(reasonOf(() => verify(late, body, now))).toBe('accepted');
    expect(reasonOf(() => verify(late, body, now + 49_000))).toBe('UNAUTHENTICATED: used before');
  });

  test('is believed within 30 s of clock skew either way', () => {
    expect(reasonOf(() => verifier()(sign(request, body, now), body, now + 29_000))).toBe(
      'accepted',
    );
    expect(reasonOf(() => verifier()(sign(request, body, now), body, now - 29_000))).toBe(
      'accepted',
    );
  });
});
