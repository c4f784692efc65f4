import type { App } from '@crm/kit/context';
import { keepLease } from '@crm/kit/database/lease';
import { createBell } from '@crm/kit/event/bell';
import type { Bus } from '@crm/kit/event/bus';
import { startDelivering } from './delivery.job.ts';
import { startIntake } from './intake.job.ts';
import type { WebhookSettings } from './webhook.config.ts';

export type WebhookJob = { readonly stop: () => Promise<void> };

/** Tells webhooks of changes, in one of the service's processes at a time. */
export function startWebhookJob(
  app: App & { readonly bus: Bus },
  settings: WebhookSettings,
): WebhookJob {
  const { db, log } = app;
  const lease = keepLease({ db, name: 'webhooks', log, ttlMs: settings.leaseMs });
  const scope = { ...app, settings, lease, bell: createBell() };
  const intake = startIntake(scope);
  const delivering = startDelivering(scope);
  return {
    stop: async () => {
      await Promise.all([intake.stop(), delivering.stop()]);
      await lease.stop();
    },
  };
}
