import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Home } from './paths.ts';

export const signingAlgorithm = 'ES256';

const keyId = 'development';

const keyFile = (home: Home): string => join(home.root, 'issuer-key.json');

/** Makes the issuer's key at the first start. */
export async function createSigningKey(home: Home): Promise<void> {
  if (existsSync(keyFile(home))) return;
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: keyId, alg: signingAlgorithm, use: 'sig' };
  writeFileSync(keyFile(home), `${JSON.stringify(key)}\n`, { mode: 0o600 });
}

export function readSigningKey(home: Home): JWK {
  const key: JWK = JSON.parse(readFileSync(keyFile(home), 'utf8'));
  return key;
}

/** What others may know of a key: without `d` nothing can be signed. */
export const publicPart = ({ d: _private, ...key }: JWK): JWK => key;
