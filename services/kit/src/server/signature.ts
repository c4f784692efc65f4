import { createHash, createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { lanes } from '../request.ts';
import { viewerSchema } from '../viewer.ts';

export const contextHeader = 'x-crm-context';

const lifetimeMs = 30_000;
/** A clock that is behind by as much as a token lives is still believed. */
const skewMs = 30_000;

/** The protected header of every context. It is compared as text, so no other algorithm gets in. */
const head = Buffer.from('{"alg":"HS256","typ":"crm-context+jwt"}').toString('base64url');

const claimsSchema = z.object({
  aud: z.string(),
  /** Seconds, as in every JWT; fractions are kept. */
  iat: z.number(),
  exp: z.number(),
  jti: z.string().min(1).max(64),
  viewer: viewerSchema,
  bodyHash: z.string(),
  requestId: z.string().min(1).max(200),
  /** Epoch milliseconds of the gateway's clock. */
  deadlineAt: z.number(),
  consistency: z.string().max(4096).nullable(),
  lane: z.enum(lanes),
});

export type ContextClaims = z.infer<typeof claimsSchema>;

/** What the gateway says about a request; the rest of the claims binds it to one call. */
export type SignedRequest = Pick<
  ContextClaims,
  'viewer' | 'requestId' | 'deadlineAt' | 'consistency' | 'lane'
>;

export type ContextKey = { readonly audience: string; readonly key: string };
export type SignContext = (request: SignedRequest, body: string | Buffer, nowMs?: number) => string;
export type VerifyContext = (token: unknown, body: Buffer, nowMs?: number) => ContextClaims;

/** Makes the compact JWS that goes with one call of one subgraph. */
export function contextSigner({ audience, key }: ContextKey): SignContext {
  const mac = macWith(key);
  const callId = callIds();
  return ({ viewer, requestId, deadlineAt, consistency, lane }, body, nowMs = Date.now()) => {
    const claims: ContextClaims = {
      aud: audience,
      iat: nowMs / 1000,
      exp: (nowMs + lifetimeMs) / 1000,
      jti: callId(),
      bodyHash: hashOf(body),
      viewer,
      requestId,
      deadlineAt,
      consistency,
      lane,
    };
    const signed = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${signed}.${mac(signed).toString('base64url')}`;
  };
}

/**
 * Reads a context, or throws UNAUTHENTICATED. Each is good for one call: within its life a second
 * use is refused, which the process remembers for as long as a token could still be valid.
 */
export function contextVerifier({ audience, key }: ContextKey): VerifyContext {
  const mac = macWith(key);
  const isFirstUse = firstUses();
  return (token, body, nowMs = Date.now()) => {
    const claims = readSigned(token, mac);
    if (claims.aud !== audience) throw refused('another audience');
    if (claims.exp * 1000 <= nowMs) throw refused('expired');
    if (claims.exp * 1000 > nowMs + lifetimeMs + skewMs) throw refused('valid for too long');
    if (claims.bodyHash !== hashOf(body)) throw refused('another body');
    if (!isFirstUse(claims.jti, nowMs)) throw refused('used before');
    return claims;
  };
}

function readSigned(token: unknown, mac: (text: string) => Buffer): ContextClaims {
  if (typeof token !== 'string') throw refused('no context');
  const end = token.lastIndexOf('.');
  const signed = token.slice(0, end);
  if (!signed.startsWith(`${head}.`)) throw refused('another kind of token');

  const given = Buffer.from(token.slice(end + 1), 'base64url');
  const wanted = mac(signed);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw refused('bad signature');

  const claims = claimsSchema.safeParse(
    JSON.parse(Buffer.from(signed.slice(head.length + 1), 'base64url').toString('utf8')),
  );
  if (!claims.success) throw refused(z.prettifyError(claims.error));
  return claims.data;
}

const refused = (reason: string): AppError =>
  new AppError('UNAUTHENTICATED', 'Only the gateway may call this service', {
    cause: new Error(reason),
  });

function macWith(key: string): (text: string) => Buffer {
  const secret = createSecretKey(Buffer.from(key));
  return (text) => createHmac('sha256', secret).update(text).digest();
}

const hashOf = (body: string | Buffer): string =>
  createHash('sha256').update(body).digest('base64url');

/** Unique, not secret: a random part for the process and a count. */
function callIds(): () => string {
  const processId = randomBytes(9).toString('base64url');
  let count = 0;
  return () => `${processId}${(count++).toString(36)}`;
}

/** Two generations of used ids: what is dropped is older than any token that is still valid. */
function firstUses(): (id: string, nowMs: number) => boolean {
  let recent = new Set<string>();
  let older = new Set<string>();
  let turnAt = 0;
  return (id, nowMs) => {
    if (nowMs >= turnAt) {
      older = recent;
      recent = new Set();
      turnAt = nowMs + lifetimeMs + skewMs;
    }
    if (recent.has(id) || older.has(id)) return false;
    recent.add(id);
    return true;
  };
}
