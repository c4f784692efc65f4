import { once } from 'node:events';
import { createServer } from 'node:http';
import { newId } from '@crm/kit/id';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';

export type TestIssuer = {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  readonly keyId: string;
  readonly publicKey: CryptoKey;
  readonly sign: (
    payload?: JWTPayload,
    header?: Partial<JWTHeaderParameters>,
    without?: readonly string[],
  ) => Promise<string>;
  readonly stop: () => void;
};

/** An issuer of tokens with a key of its own, served as a JWKS over HTTP. */
export async function startIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const keyId = newId();
  const keys = [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'ES256', use: 'sig' }];
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  const issuer = 'https://issuer.test';
  const audience = 'guanxi';
  const sign: TestIssuer['sign'] = (payload = {}, header = {}, without = []) => {
    const now = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: issuer,
      aud: audience,
      sub: 'li',
      iat: now,
      exp: now + 600,
      roles: ['rep'],
      ...payload,
    };
    const head = { alg: 'ES256', kid: keyId, typ: 'at+jwt', ...header };
    for (const name of without) {
      Reflect.deleteProperty(claims, name);
      Reflect.deleteProperty(head, name);
    }
    return new SignJWT(claims).setProtectedHeader(head).sign(privateKey);
  };
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  const jwksUrl = `http://127.0.0.1:${port}/jwks`;
  return { jwksUrl, issuer, audience, keyId, publicKey, sign, stop };
}
