import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where the signature of a body stands, in both directions. */
export const bodySignatureHeader = 'x-signature';

const toleranceS = 300;

/** Signs a body together with the time at which it is sent: `t=1796000000,v1=…`. */
export function signBody(key: string, body: string, nowMs: number): string {
  const timestamp = Math.floor(nowMs / 1000);
  return `t=${timestamp},v1=${macOf(key, body, timestamp).toString('hex')}`;
}

/** Whether a body was signed with the key, within five minutes of now. */
export function isBodySigned(
  signature: string | undefined,
  body: string,
  { key, nowMs }: { readonly key: string; readonly nowMs: number },
): boolean {
  const [, timestamp, mac = ''] = /^t=(\d{1,12}),v1=([\da-f]{64})$/.exec(signature ?? '') ?? [];
  if (timestamp === undefined || key === '') return false;
  const isNow = Math.abs(nowMs / 1000 - Number(timestamp)) <= toleranceS;
  return isNow && timingSafeEqual(Buffer.from(mac, 'hex'), macOf(key, body, Number(timestamp)));
}

const macOf = (key: string, body: string, timestamp: number): Buffer =>
  createHmac('sha256', key).update(`${timestamp}.${body}`).digest();
