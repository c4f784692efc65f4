import { createHash } from 'node:crypto';

export type SentChannel = 'EMAIL' | 'SMS';

const mailPattern = /^[^\s@<>,;:"()[\]\\]{1,64}@[a-z0-9.-]{1,190}\.[a-z0-9-]{2,63}$/i;

/** An address as it is sent to and compared, or null when nothing can be sent to it. */
export const normalAddress = (channel: SentChannel, value: string): string | null =>
  channel === 'EMAIL' ? normalMail(value) : normalMobile(value);

function normalMail(value: string): string | null {
  const address = value.trim().toLowerCase();
  return mailPattern.test(address) && !/\p{Cc}/u.test(address) ? address : null;
}

const chinaPrefix = '+86';

/** E.164. A number without a country is one of China, where a mobile has 11 digits and begins with 1. */
function normalMobile(value: string): string | null {
  const bare = value.replaceAll(/[\s().\-/]/g, '').replace(/^00/, '+');
  if (/^1[3-9]\d{9}$/.test(bare)) return `${chinaPrefix}${bare}`;
  if (/^861[3-9]\d{9}$/.test(bare)) return `+${bare}`;
  return /^\+[1-9]\d{6,14}$/.test(bare) ? bare : null;
}

/** What is kept of an address to which nothing may be sent: it can be compared, and not be read. */
export const hashOfAddress = (channel: SentChannel, normal: string): Buffer =>
  createHash('sha256').update(`${channel}\n${normal}`).digest();

export const sentChannels: readonly SentChannel[] = ['EMAIL', 'SMS'];
