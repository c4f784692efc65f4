import { readConfig } from '@crm/kit/server/config';
import { z } from 'zod';
import type { Sender } from './outcome.ts';
import { createSmsSender, type Sms } from './sms.ts';
import { createSmtpSender, type Mail } from './smtp.ts';

/** What deliveries work with. Lives as long as the process. */
export type DeliverySettings = {
  readonly senders: { readonly EMAIL: Sender<Mail>; readonly SMS: Sender<Sms> };
  readonly perSecond: { readonly EMAIL: number; readonly SMS: number };
  readonly companyName: string;
  /** Where whoever gets a message reaches the gateway. */
  readonly publicUrl: string;
  /** Signs the addresses by which people end messages. */
  readonly key: string;
  /** Signs what the providers tell back. */
  readonly hookKeys: { readonly EMAIL: string; readonly SMS: string };
  readonly pollMs: number;
  readonly leaseMs: number;
  /** How long one message may take; what takes longer has an unknown outcome. */
  readonly sendMsMax: number;
};

const perSecond = z.coerce.number().min(0.1).max(1000);
const key = z.string().min(32);

const env = {
  /** `smtp://user:password@host:587`, or `smtps:` for TLS from the start. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  /** `Name <address>`: whom mails are from. */
  MAIL_FROM: z.string().regex(/^[^\r\n<>]*<?[^\s<>@]+@[^\s<>@]+>?$/),
  MAIL_REPLY_TO: z
    .string()
    .regex(/^[^\r\n]+$/)
    .optional(),
  /** Where refusals of later servers go; the address of MAIL_FROM when left out. */
  MAIL_BOUNCE_TO: z.email().optional(),
  MAIL_PER_SECOND: perSecond.default(10),
  /** Together with the two below: mails are signed (DKIM). */
  DKIM_DOMAIN: z.string().optional(),
  DKIM_SELECTOR: z.string().optional(),
  /** A private key in PEM; `\n` may be written as two characters. */
  DKIM_PRIVATE_KEY: z
    .string()
    .transform((text) => text.replaceAll('\\n', '\n'))
    .optional(),
  /** Of mail providers that tell bounces and complaints by HTTP. */
  MAIL_HOOK_KEY: key.optional(),
  SMS_URL: z.url({ protocol: /^https?$/ }),
  /** Signs the requests to the SMS provider, and its receipts and replies. */
  SMS_KEY: key,
  SMS_PER_SECOND: perSecond.default(10),
  /** Signs the links by which people end messages. With another one the links of before are dead. */
  DELIVERY_KEY: key,
  /** Where recipients and providers reach the gateway: `https://crm.example.com`. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  COMPANY_NAME: z.string().max(100).default(''),
} as const;

type Env = z.infer<z.ZodObject<typeof env>>;

const silentMsMax = 30_000;
const smsMsMax = 15_000;

export function readDeliverySettings(variables: NodeJS.ProcessEnv): DeliverySettings {
  const config = readConfig(env, variables);
  const publicUrl = config.PUBLIC_URL.replace(/\/$/, '');
  return {
    senders: {
      EMAIL: createSmtpSender({
        url: config.SMTP_URL,
        from: config.MAIL_FROM,
        replyTo: config.MAIL_REPLY_TO ?? null,
        bounceTo: config.MAIL_BOUNCE_TO ?? null,
        dkim: dkimOf(config),
        timeoutMs: silentMsMax,
      }),
      SMS: createSmsSender({
        url: config.SMS_URL,
        key: config.SMS_KEY,
        callbackUrl: `${publicUrl}/hooks/care/sms/receipts`,
        timeoutMs: smsMsMax,
      }),
    },
    perSecond: { EMAIL: config.MAIL_PER_SECOND, SMS: config.SMS_PER_SECOND },
    companyName: config.COMPANY_NAME,
    publicUrl,
    key: config.DELIVERY_KEY,
    hookKeys: { EMAIL: config.MAIL_HOOK_KEY ?? '', SMS: config.SMS_KEY },
    pollMs: 500,
    leaseMs: 6000,
    sendMsMax: 120_000,
  };
}

function dkimOf(config: Env): Parameters<typeof createSmtpSender>[0]['dkim'] {
  const { DKIM_DOMAIN, DKIM_SELECTOR, DKIM_PRIVATE_KEY } = config;
  if (!DKIM_DOMAIN && !DKIM_SELECTOR && !DKIM_PRIVATE_KEY) return null;
  if (!DKIM_DOMAIN || !DKIM_SELECTOR || !DKIM_PRIVATE_KEY) {
    throw new Error('DKIM needs DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY');
  }
  return { domainName: DKIM_DOMAIN, keySelector: DKIM_SELECTOR, privateKey: DKIM_PRIVATE_KEY };
}
