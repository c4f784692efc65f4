import type { FieldProblem } from '@crm/kit/errors';
import type { Role } from '@crm/kit/viewer';
import { mayName, type Addresses } from './address.ts';
import type { Webhook, WebhookDelivery } from './webhook.fields.ts';

/** Accounts that other systems use, and those who answer for them. */
export const webhookRoles: readonly Role[] = ['partner', 'manager', 'admin', 'service'];

export const webhooksPerAccountMax = 20;

export type WebhookState = 'ACTIVE' | 'DISABLED' | 'PAUSED';

/** `PAUSED` by its owner; `DISABLED` by the service, with a reason. */
export function stateOf({
  active,
  disabledReason,
}: Pick<Webhook, 'active' | 'disabledReason'>): WebhookState {
  if (active) return 'ACTIVE';
  return disabledReason === null ? 'PAUSED' : 'DISABLED';
}

/** What is wrong with a URL to send to. */
export function urlProblems(text: string, addresses: Addresses): FieldProblem[] {
  const problem = urlProblem(text, addresses);
  return problem === null ? [] : [{ path: 'url', message: problem }];
}

function urlProblem(text: string, addresses: Addresses): string | null {
  if (!URL.canParse(text)) return 'is no URL';
  const url = new URL(text);
  const protocols = addresses.hasPrivate ? ['https:', 'http:'] : ['https:'];
  if (!protocols.includes(url.protocol)) return 'must begin with https://';
  if (url.username + url.password !== '') return 'must not hold a user or a password';
  return mayName(url, addresses) ? null : 'names an address that webhooks may not reach';
}

type Told = Pick<
  WebhookDelivery,
  | 'changedFields'
  | 'customerId'
  | 'entityId'
  | 'entityKind'
  | 'eventId'
  | 'occurredAt'
  | 'recordVersion'
  | 'subject'
> & { readonly kind: WebhookDelivery['kind'] | null };

/** Keys and names of fields, no value of any record: the receiver asks the graph for the rest. */
export const bodyOf = (delivery: Told): string =>
  JSON.stringify({
    type: delivery.subject,
    timestamp: delivery.occurredAt.toISOString(),
    data: {
      eventId: delivery.eventId,
      subject: delivery.subject,
      kind: delivery.kind,
      entityKind: delivery.entityKind,
      entityId: delivery.entityId,
      version: delivery.recordVersion,
      customerId: delivery.customerId,
      changedFields: delivery.changedFields,
      occurredAt: delivery.occurredAt.toISOString(),
    },
  });

/** What a receiver answered, or why it did not. */
export type Answer = {
  readonly status: number | null;
  /** Null when it took the message. */
  readonly problem: string | null;
  /** How long it asked to be left alone. */
  readonly retryAfterS: number;
  readonly durationMs: number;
};

const retryAfterSMax = 3600;

/**
 * After how many seconds it is sent again; null when that was the last time. Up to a fifth more or
 * less, so that what failed together does not come back together.
 */
export function retryDelayS(
  delaysS: readonly number[],
  { attempts, retryAfterS }: { readonly attempts: number; readonly retryAfterS: number },
  random: number,
): number | null {
  const delay = delaysS[attempts - 1];
  if (delay === undefined) return null;
  return Math.max(delay * (0.8 + 0.4 * random), Math.min(retryAfterS, retryAfterSMax));
}
