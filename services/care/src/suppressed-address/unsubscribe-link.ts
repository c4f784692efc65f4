import { createHmac, timingSafeEqual } from 'node:crypto';
import { idFromBytes, idToBytes } from '@crm/kit/id';

type Link = { readonly publicUrl: string; readonly key: string };

const unsubscribePath = '/hooks/care/unsubscribe/';

/** Whoever got a message ends those like it here. It names the delivery and nothing of the person. */
export const unsubscribeUrl = ({ publicUrl, key }: Link, deliveryId: string): string =>
  `${publicUrl}${unsubscribePath}${unsubscribeToken(key, deliveryId)}`;

function unsubscribeToken(key: string, deliveryId: string): string {
  const id = idToBytes(deliveryId);
  return Buffer.concat([id, macOf(key, id)]).toString('base64url');
}

const idBytes = 16;
const macBytes = 16;

/** The delivery that a link names, or null for a link that is none of ours. Links do not end. */
export function readUnsubscribeToken(key: string, token: string): string | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== idBytes + macBytes) return null;
  const id = bytes.subarray(0, idBytes);
  return timingSafeEqual(bytes.subarray(idBytes), macOf(key, id)) ? idFromBytes(id) : null;
}

/** The same key signs other things, so what it is for goes in too. */
const macOf = (key: string, id: Uint8Array): Buffer =>
  createHmac('sha256', key).update('unsubscribe\n').update(id).digest().subarray(0, macBytes);
