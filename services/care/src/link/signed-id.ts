import { createHmac, timingSafeEqual } from 'node:crypto';
import { idFromBytes, idToBytes } from '@crm/kit/id';

/** What a link is for. The same key signs all of them, so it goes into each signature. */
type Purpose = 'survey' | 'unsubscribe';

const idBytes = 16;
const macBytes = 16;

/** Names a record to whoever holds it, and nothing of the record. */
export function signId(key: string, purpose: Purpose, recordId: string): string {
  const id = idToBytes(recordId);
  return Buffer.concat([id, macOf(key, purpose, id)]).toString('base64url');
}

/** The record that a token names, or null for one that is none of ours. */
export function readSignedId(key: string, purpose: Purpose, token: string): string | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== idBytes + macBytes) return null;
  const id = bytes.subarray(0, idBytes);
  return timingSafeEqual(bytes.subarray(idBytes), macOf(key, purpose, id)) ? idFromBytes(id) : null;
}

const macOf = (key: string, purpose: Purpose, id: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${purpose}\n`).update(id).digest().subarray(0, macBytes);

/** A text as it is kept: whoever reads it later can neither answer nor unsubscribe in the place of the person. */
export const withoutTokens = (text: string): string =>
  text.replaceAll(/(\/hooks\/care\/(?:survey|unsubscribe)\/)[\w-]+/g, '$1…');
