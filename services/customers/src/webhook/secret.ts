import { createHmac, randomBytes } from 'node:crypto';
import type { Webhook } from './webhook.fields.ts';

/** A secret of the Standard Webhooks specification, such as `whsec_…`. */
const prefix = 'whsec_';

export const newSalt = (): string => randomBytes(24).toString('base64url');

/** The same each time, so that nothing that signs lies in the database or in a backup of it. */
export const secretOf = (key: string, { id }: Pick<Webhook, 'id'>, salt: string): string =>
  prefix + createHmac('sha256', key).update(`${id}.${salt}`).digest('base64');

export type Message = {
  readonly id: string;
  /** Unix seconds of this attempt. */
  readonly timestamp: number;
  readonly body: string;
};

/** The three headers of Standard Webhooks, with one signature for each secret that counts. */
export const signedHeaders = (
  { id, timestamp, body }: Message,
  secrets: readonly string[],
): Readonly<Record<string, string>> => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': secrets
    .map((secret) => `v1,${signatureOf(`${id}.${timestamp}.${body}`, secret)}`)
    .join(' '),
});

const signatureOf = (content: string, secret: string): string =>
  createHmac('sha256', Buffer.from(secret.slice(prefix.length), 'base64'))
    .update(content)
    .digest('base64');

/** After a change of secrets the former one counts so long, for receivers to take the new one. */
export const overlapMs = 24 * 3600 * 1000;

/** The secrets that a webhook signs with now. */
export const secretsOf = (
  key: string,
  webhook: Pick<Webhook, 'id' | 'previousSalt' | 'previousUntil' | 'salt'>,
  now: Date,
): readonly string[] => {
  const { salt, previousSalt, previousUntil } = webhook;
  const isPreviousGood = previousSalt !== null && previousUntil !== null && previousUntil > now;
  return [salt, ...(isPreviousGood ? [previousSalt] : [])].map((each) =>
    secretOf(key, webhook, each),
  );
};
