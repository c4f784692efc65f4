import { importJWK, SignJWT } from 'jose';
import type { Mesh } from './mesh.ts';
import type { Home } from './paths.ts';
import { issuerUrl, tokenAudience } from './plan.ts';
import { readSigningKey, signingAlgorithm } from './signing-key.ts';
import { findStaff, nobody, type StaffClaims } from './staff.ts';

export type TokenRequest = {
  readonly roles: readonly string[];
  /** The code of a staff member whom the token speaks for. */
  readonly staff?: string | undefined;
  /** The id by which customers are shared with the partner that it speaks for. */
  readonly partner?: string | undefined;
  /** How long it is good for, as `12h` or `5m`. */
  readonly lifetime?: string | undefined;
};

/** A JWT of the development issuer, with the claims that a real one would give. */
export async function mintToken(mesh: Mesh, request: TokenRequest): Promise<string> {
  const { roles, staff, partner, lifetime = '12h' } = request;
  const member = staff === undefined ? nobody : await findStaff(mesh, staff);
  const { staffId } = member;
  const teamIds = partner === undefined ? member.teamIds : [partner];
  const subject = staff ?? partner ?? roles.join('+');
  const claims = { sub: subject, iss: issuerUrl(mesh), roles, staffId, teamIds };
  return signToken(mesh.home, claims, lifetime);
}

type Claims = StaffClaims & {
  readonly sub: string;
  readonly iss: string;
  readonly roles: readonly string[];
};

export async function signToken(home: Home, claims: Claims, lifetime: string): Promise<string> {
  const key = readSigningKey(home);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: signingAlgorithm, kid: key.kid ?? '', typ: 'JWT' })
    .setAudience(tokenAudience)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(await importJWK(key, signingAlgorithm));
}
