import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors.ts';

/** The path at the gateway below which signed addresses lie, service by service. */
export const documentsPath = '/documents/';

export const addressMs = 5 * 60_000;

const claimsSchema = z.strictObject({
  do: z.enum(['upload', 'download']),
  /** Of the upload, or the key of what is downloaded. */
  id: z.string().min(1).max(100),
  /** Who was given it, for the stamps and the log. */
  subject: z.string().max(200),
  staffId: z.uuid().nullable(),
  /** Epoch milliseconds. */
  until: z.number(),
});

export type AddressClaims = z.infer<typeof claimsSchema>;

type AddressKey = {
  readonly service: string;
  /** The key that the gateway signs this service's context with. */
  readonly key: string;
};

/** An address that whoever holds it may use once it was given out, until it ends. */
export function signAddress(addressKey: AddressKey, claims: AddressClaims): string {
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${documentsPath}${addressKey.service}/${text}.${macOf(addressKey, text).toString('base64url')}`;
}

type Reading = { readonly nowMs: number; readonly mayHaveEnded?: boolean };

/** What the last part of an address says. One that was changed is NOT_FOUND, an old one FORBIDDEN. */
export function readAddress(
  addressKey: AddressKey,
  token: string,
  { nowMs, mayHaveEnded = false }: Reading,
): AddressClaims {
  const claims = claimsOf(addressKey, token);
  if (claims.until > nowMs || mayHaveEnded) return claims;
  throw new AppError('FORBIDDEN', 'The address has ended: ask for a new one');
}

function claimsOf(addressKey: AddressKey, token: string): AddressClaims {
  const [text = '', mac = ''] = token.split('.');
  const [given, wanted] = [Buffer.from(mac, 'base64url'), macOf(addressKey, text)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw unknown();
  return claimsSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
}

const unknown = (): AppError => new AppError('NOT_FOUND', 'There is no such address');

/** The same key signs other things, so what it is for goes in too. */
const macOf = ({ service, key }: AddressKey, text: string): Buffer =>
  createHmac('sha256', key).update(`document-address\n${service}\n${text}`).digest();
