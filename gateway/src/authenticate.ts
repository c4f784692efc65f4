import { AppError, unavailable } from '@crm/kit/errors';
import { roles, viewerSchema, type Role, type Viewer } from '@crm/kit/viewer';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { createRecent } from './recent.ts';

const algorithms = ['RS256', 'ES256', 'EdDSA'];
const typesAllowed = new Set(['jwt', 'at+jwt', 'application/at+jwt']);
const skewMs = 30_000;
const tokenCharsMax = 64 * 1024;
/** A token that was checked is believed for this long: a withdrawn key counts no longer than that. */
const rememberMs = 60_000;

export type AuthenticateOptions = {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
};

export type Authenticated = {
  readonly viewer: Viewer;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
};

export type Authenticate = (authorization: readonly string[]) => Promise<Authenticated>;

const claimsSchema = z.object({
  sub: z.string().min(1).max(200),
  exp: z.number(),
  iat: z.number().optional(),
  roles: z.array(z.string()).max(100).default([]),
  staffId: z.uuid().nullish(),
  teamIds: z.array(z.uuid()).max(1000).default([]),
});

/** Reads who asks from the values of the Authorization header, or throws UNAUTHENTICATED. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: 3000 });
  const known = createRecent<Authenticated & { readonly checkedAt: number }>({
    entriesMax: 10_000,
    keyCharsMax: 20_000_000,
  });

  return async (authorization) => {
    const token = bearerOf(authorization);
    const now = Date.now();
    const before = known.get(token);
    if (before && now < before.checkedAt + rememberMs && now < before.expiresAt + skewMs) {
      return before;
    }
    const found = viewerOf(await verify(token, keys, options));
    known.set(token, { ...found, checkedAt: now });
    return found;
  };
}

function bearerOf(authorization: readonly string[]): string {
  if (authorization.length === 0) throw refused('A bearer token is needed', 'no token');
  if (authorization.length > 1) throw refused('One bearer token is needed', 'several tokens');
  const token = /^Bearer +([\w.-]+)$/i.exec(authorization[0] ?? '')?.[1];
  if (!token) throw refused('A bearer token is needed', 'another scheme');
  if (token.length > tokenCharsMax) throw refused('The token is too long', 'too long');
  return token;
}

async function verify(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience }: AuthenticateOptions,
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms,
      issuer,
      audience,
      clockTolerance: skewMs / 1000,
      requiredClaims: ['sub', 'exp'],
    });
    const type = protectedHeader.typ?.toLowerCase();
    if (type !== undefined && !typesAllowed.has(type)) throw invalidToken(`type ${type}`);
    return payload;
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isOutOfReach(error)) throw unavailable('Tokens cannot be checked at present');
    throw invalidToken(error instanceof Error ? error.message : 'unknown');
  }
}

function viewerOf(payload: JWTPayload): Authenticated {
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) throw invalidToken(z.prettifyError(claims.error));
  const { sub, exp, iat, staffId, teamIds } = claims.data;
  if (iat !== undefined && iat * 1000 > Date.now() + skewMs) throw invalidToken('from the future');

  const viewer = viewerSchema.parse({
    subject: sub,
    staffId: staffId ?? null,
    roles: [...new Set(claims.data.roles.filter(isRole))],
    teamIds,
    purpose: null,
  });
  return { viewer, expiresAt: exp * 1000 };
}

const isRole = (text: string): text is Role => roles.some((role) => role === text);

/** The issuer did not answer, which is no fault of the token. */
const isOutOfReach = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  !(error instanceof errors.JOSEError) ||
  error.code === 'ERR_JOSE_GENERIC';

const invalidToken = (reason: string): AppError => refused('The token is not valid', reason);

const refused = (message: string, reason: string): AppError =>
  new AppError('UNAUTHENTICATED', message, { cause: new Error(reason) });
