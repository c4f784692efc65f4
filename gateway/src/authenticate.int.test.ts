import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AppError } from '@crm/kit/errors';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { createAuthenticate, type Authenticate } from './authenticate.ts';
import { startIssuer, type TestIssuer } from './testing/issuer.ts';

let issuer: TestIssuer;
let authenticate: Authenticate;

beforeAll(async () => {
  issuer = await startIssuer();
  authenticate = createAuthenticate(issuer);
  await authenticate([`Bearer ${await issuer.sign()}`]);
});
afterAll(() => issuer.stop());

const seconds = (): number => Math.floor(Date.now() / 1000);

async function outcome(authorization: readonly string[]): Promise<string> {
  try {
    await authenticate(authorization);
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? error.extensions.code : String(error);
  }
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const claims = (): object => ({
  iss: issuer.issuer,
  aud: issuer.audience,
  sub: 'li',
  exp: seconds() + 600,
  roles: ['admin'],
});

/** The public key taken for a shared secret. */
async function signedWithPublicKey(): Promise<string> {
  const head = encode({ alg: 'HS256', kid: issuer.keyId });
  const secret = await exportSPKI(issuer.publicKey);
  const mac = createHmac('sha256', secret)
    .update(`${head}.${encode(claims())}`)
    .digest('base64url');
  return `${head}.${encode(claims())}.${mac}`;
}

async function signedByAnother(alg: string): Promise<string> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return new SignJWT({ ...claims() })
    .setProtectedHeader({ alg, kid: issuer.keyId })
    .sign(privateKey);
}

async function withChangedBody(): Promise<string> {
  const [head, , signature] = (await issuer.sign()).split('.');
  return `${head}.${encode(claims())}.${signature}`;
}

const corpus: readonly (readonly [string, () => Promise<readonly string[]>])[] = [
  ['no token', async () => []],
  ['an empty header', async () => ['']],
  ['another scheme', async () => ['Basic bGk6eA==']],
  ['no token after the scheme', async () => ['Bearer ']],
  ['text', async () => ['Bearer abc']],
  [
    'two tokens in one header',
    async () => [`Bearer ${await issuer.sign()} ${await issuer.sign()}`],
  ],
  ['two headers', async () => [`Bearer ${await issuer.sign()}`, `Bearer ${await issuer.sign()}`]],
  ['algorithm none', async () => [`Bearer ${encode({ alg: 'none' })}.${encode(claims())}.`]],
  ['algorithm nOnE', async () => [`Bearer ${encode({ alg: 'nOnE' })}.${encode(claims())}.x`]],
  ['HS256 with the public key', async () => [`Bearer ${await signedWithPublicKey()}`]],
  ['another key of the same kind', async () => [`Bearer ${await signedByAnother('ES256')}`]],
  ['another kind of key', async () => [`Bearer ${await signedByAnother('RS256')}`]],
  ['an algorithm outside the list', async () => [`Bearer ${await signedByAnother('PS256')}`]],
  ['a changed body', async () => [`Bearer ${await withChangedBody()}`]],
  ['another issuer', async () => [`Bearer ${await issuer.sign({ iss: 'https://evil.test' })}`]],
  ['another audience', async () => [`Bearer ${await issuer.sign({ aud: 'other' })}`]],
  ['another type', async () => [`Bearer ${await issuer.sign({}, { typ: 'logout+jwt' })}`]],
  ['a key id that is unknown', async () => [`Bearer ${await issuer.sign({}, { kid: 'x' })}`]],
  [
    'a key id that is a path',
    async () => [`Bearer ${await issuer.sign({}, { kid: '../../dev/null' })}`],
  ],
  ['an expired one', async () => [`Bearer ${await issuer.sign({ exp: seconds() - 31 })}`]],
  ['one not yet valid', async () => [`Bearer ${await issuer.sign({ nbf: seconds() + 60 })}`]],
  ['one from the future', async () => [`Bearer ${await issuer.sign({ iat: seconds() + 60 })}`]],
  ['no end', async () => [`Bearer ${await issuer.sign({}, {}, ['exp'])}`]],
  ['no subject', async () => [`Bearer ${await issuer.sign({}, {}, ['sub'])}`]],
  ['an empty subject', async () => [`Bearer ${await issuer.sign({ sub: '' })}`]],
  ['roles of a wrong kind', async () => [`Bearer ${await issuer.sign({ roles: 'admin' })}`]],
  ['a staff id that is none', async () => [`Bearer ${await issuer.sign({ staffId: '1 OR 1' })}`]],
  ['a huge one', async () => [`Bearer ${await issuer.sign({ pad: 'x'.repeat(70_000) })}`]],
  [
    'a critical header it does not know',
    async () => [
      `Bearer ${encode({ alg: 'ES256', kid: issuer.keyId, crit: ['x'], x: 1 })}.${encode(claims())}.AAAA`,
    ],
  ],
];

describe('A token', () => {
  test.each(corpus)('is refused: %s', async (_, make) => {
    const authorization = await make();
    const startedAt = performance.now();
    expect(await outcome(authorization)).toBe('UNAUTHENTICATED');
    expect(performance.now() - startedAt).toBeLessThan(60);
  });

  test('is believed within 30 s of clock skew', async () => {
    expect(await outcome([`Bearer ${await issuer.sign({ exp: seconds() - 20 })}`])).toBe(
      'accepted',
    );
    expect(await outcome([`Bearer ${await issuer.sign({ iat: seconds() + 20 })}`])).toBe(
      'accepted',
    );
  });

  test('may be of type JWT or of none', async () => {
    expect(await outcome([`Bearer ${await issuer.sign({}, { typ: 'JWT' })}`])).toBe('accepted');
    expect(await outcome([`bearer ${await issuer.sign({}, {}, ['typ'])}`])).toBe('accepted');
  });

  test('that was checked before is still refused once it has expired', async () => {
    const authorization = [`Bearer ${await issuer.sign({ exp: seconds() - 29 })}`];
    expect(await outcome(authorization)).toBe('accepted');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await outcome(authorization)).toBe('UNAUTHENTICATED');
  });

  test('that cannot be checked is no fault of the caller', async () => {
    const unreachable = createAuthenticate({ ...issuer, jwksUrl: 'http://127.0.0.1:1/jwks' });
    const token = await issuer.sign();
    await expect(unreachable([`Bearer ${token}`])).rejects.toMatchObject({
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
  });
});
