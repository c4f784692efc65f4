import { ruleViolation } from '@crm/kit/errors';
import type { Delivery, DeliveryReason } from './delivery.fields.ts';
import { retryDelayS, type Outcome } from './outcome.ts';

/** The fields that a step sets. */
export type Step = Partial<
  Pick<
    Delivery,
    | 'acceptedAt'
    | 'attempts'
    | 'deliveredAt'
    | 'dueAt'
    | 'expiresAt'
    | 'problem'
    | 'reason'
    | 'status'
    | 'templateId'
  >
>;

type At = { readonly now: Date; readonly random: number };

/** What an outcome makes of a delivery. */
export function afterOutcome(
  { attempts }: Pick<Delivery, 'attempts'>,
  outcome: Outcome,
  { now, random }: At,
): Step {
  switch (outcome.kind) {
    case 'ACCEPTED':
      return { status: 'ACCEPTED', acceptedAt: now, reason: null, problem: null };
    case 'UNKNOWN':
      return { status: 'UNKNOWN', reason: 'NO_ANSWER', problem: outcome.problem };
    case 'REFUSED': {
      const { isAddress, problem } = outcome;
      return isAddress
        ? { status: 'BOUNCED', reason: 'NO_SUCH_ADDRESS', problem }
        : { status: 'FAILED', reason: 'REFUSED', problem };
    }
    case 'LATER': {
      const { problem, retryAfterS } = outcome;
      const delayS = retryDelayS(attempts, { retryAfterS, random });
      if (delayS === null) return { status: 'FAILED', reason: 'GIVEN_UP', problem };
      return { status: 'QUEUED', dueAt: new Date(now.getTime() + delayS * 1000), problem };
    }
  }
}

/** The process that was sending it is gone, and nobody knows how far it came. */
export const afterSilence: Step = {
  status: 'UNKNOWN',
  reason: 'NO_ANSWER',
  problem: 'the sending process ended before it knew the outcome',
};

export const notSent = (reason: DeliveryReason, problem: string | null = null): Step => ({
  status: reason === 'NO_TEMPLATE' || reason === 'NO_ADDRESS' ? 'FAILED' : 'SUPPRESSED',
  reason,
  problem,
});

/** What a provider tells afterwards. */
export type Receipt = 'BOUNCED' | 'COMPLAINED' | 'DELIVERED' | 'REPLIED' | 'UNDELIVERED';

const order: readonly Delivery['status'][] = ['SENDING', 'UNKNOWN', 'ACCEPTED', 'DELIVERED'];

/** What a receipt makes of a delivery: nothing when more is known already, or when it never left. */
export function afterReceipt(
  { status }: Pick<Delivery, 'status'>,
  receipt: Receipt,
  { now }: Pick<At, 'now'>,
): Step {
  const known = order.indexOf(status);
  if (known < 0) return {};
  switch (receipt) {
    case 'DELIVERED':
      return status === 'DELIVERED'
        ? {}
        : { status: 'DELIVERED', deliveredAt: now, reason: null, problem: null };
    case 'REPLIED':
      return { status: 'REPLIED', reason: null, problem: null };
    case 'COMPLAINED':
      return { status: 'DELIVERED', reason: 'COMPLAINT', problem: null };
    case 'BOUNCED':
      return { status: 'BOUNCED', reason: 'NO_SUCH_ADDRESS', problem: 'returned afterwards' };
    case 'UNDELIVERED':
      return { status: 'FAILED', reason: 'REFUSED', problem: 'could not be delivered' };
  }
}

const repeatable: readonly Delivery['status'][] = ['FAILED', 'BOUNCED', 'UNKNOWN'];

/** A person has one sent again. Whether an unknown one arrived is for that person to have found out. */
export function retry(
  { status }: Pick<Delivery, 'status'>,
  { now, isNotReceived }: { readonly now: Date; readonly isNotReceived: boolean },
): Step {
  if (!repeatable.includes(status)) {
    throw ruleViolation(`The delivery is ${status.toLowerCase()}: there is nothing to repeat`);
  }
  if (status === 'UNKNOWN' && !isNotReceived) {
    throw ruleViolation(
      'It may have arrived: find out first, then say confirmNotReceived, or the person gets it twice',
    );
  }
  return { status: 'QUEUED', dueAt: now, reason: null, problem: null };
}
