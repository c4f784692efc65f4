import { readSignedId, signId } from '../link/signed-id.ts';

type Link = { readonly publicUrl: string; readonly key: string };

/** Whoever got a message ends those like it here. It names the delivery and nothing of the person. */
export const unsubscribeUrl = ({ publicUrl, key }: Link, deliveryId: string): string =>
  `${publicUrl}/hooks/care/unsubscribe/${signId(key, 'unsubscribe', deliveryId)}`;

/** The delivery that a link names, or null for a link that is none of ours. Links do not end. */
export const readUnsubscribeToken = (key: string, token: string): string | null =>
  readSignedId(key, 'unsubscribe', token);
