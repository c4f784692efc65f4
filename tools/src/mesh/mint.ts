import { importJWK, SignJWT } from 'jose';
import type { Mesh } from './mesh.ts';
import { issuerUrl, tokenAudience } from './plan.ts';
import { readSigningKey, signingAlgorithm } from './signing-key.ts';
import { findStaff, nobody } from './staff.ts';

export type TokenRequest = {
  readonly roles: readonly string[];
  /** The code of a staff member whom the token speaks for. */
  readonly staff?: string | undefined;
  /** How long it is good for, as `12h` or `5m`. */
  readonly lifetime?: string | undefined;
};

/** A JWT of the development issuer, with the claims that a real one would give. */
export async function mintToken(mesh: Mesh, request: TokenRequest): Promise<string> {
  const { roles, staff, lifetime = '12h' } = request;
  const { staffId, teamIds } = staff === undefined ? nobody : await findStaff(mesh, staff);
  const key = readSigningKey(mesh.home);
  return new SignJWT({ roles: [...roles], staffId, teamIds })
    .setProtectedHeader({ alg: signingAlgorithm, kid: key.kid ?? '', typ: 'JWT' })
    .setSubject(staff ?? roles.join('+'))
    .setIssuer(issuerUrl(mesh))
    .setAudience(tokenAudience)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(await importJWK(key, signingAlgorithm));
}
