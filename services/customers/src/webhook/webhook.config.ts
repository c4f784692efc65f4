import { readConfig } from '@crm/kit/server/config';
import { z } from 'zod';
import { createAddresses, type Addresses } from './address.ts';

/** What webhooks work with. Lives as long as the process. */
export type WebhookSettings = {
  /** Secrets are made with it. */
  readonly key: string;
  readonly addresses: Addresses;
  /** How long to wait after each failed attempt; one attempt more than there are of these. */
  readonly retryDelaysS: readonly number[];
  readonly timeoutMs: number;
  /** A webhook that has failed for so long, and at nothing else, is disabled. */
  readonly disableAfterS: number;
  /** Deliveries that may wait for one webhook; with more of them it is disabled. */
  readonly waitingMax: number;
  readonly pollMs: number;
  readonly leaseMs: number;
};

const list = z.string().transform((text) => text.split(',').filter((part) => part !== ''));

const env = {
  /** The key that secrets of webhooks are made with, at least 32 characters. Another key changes them all. */
  WEBHOOK_KEY: z.string().min(32),
  /** Networks that are not public and may be reached all the same, by http too: `127.0.0.0/8`. */
  WEBHOOK_NETWORKS: list.default([]),
  /** Nine attempts over about 18 hours; the first soon, because a customer's changes wait for it. */
  WEBHOOK_RETRY_S: list
    .transform((texts) => texts.map(Number))
    .pipe(z.array(z.number().min(0).max(86_400)).max(20))
    .default([2, 10, 60, 300, 1800, 7200, 18_000, 36_000]),
  WEBHOOK_TIMEOUT_MS: z.coerce.number().int().min(100).max(30_000).default(10_000),
  WEBHOOK_DISABLE_AFTER_S: z.coerce
    .number()
    .int()
    .min(1)
    .default(5 * 86_400),
} as const;

export function readWebhookSettings(variables: NodeJS.ProcessEnv): WebhookSettings {
  const config = readConfig(env, variables);
  return {
    key: config.WEBHOOK_KEY,
    addresses: createAddresses(config.WEBHOOK_NETWORKS),
    retryDelaysS: config.WEBHOOK_RETRY_S,
    timeoutMs: config.WEBHOOK_TIMEOUT_MS,
    disableAfterS: config.WEBHOOK_DISABLE_AFTER_S,
    waitingMax: 100_000,
    pollMs: 1000,
    leaseMs: 6000,
  };
}
