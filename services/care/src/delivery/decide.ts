import type { Delivery } from './delivery.fields.ts';
import { notSent, type Step } from './delivery.ts';

/** What is known at the moment of sending. */
export type SendingFacts = {
  /** Null when the person is gone. */
  readonly isThere: boolean;
  readonly hasText: boolean;
  /** What keeps the text in use from being sent. */
  readonly textProblem: string | null;
  readonly address: string | null;
  /** The person, or the holder of the address, wants nothing more by this channel, or it is dead. */
  readonly isSuppressed: boolean;
  /** What stands against it otherwise; with `until` for a time only. */
  readonly suppression: { readonly reason: string; readonly until: Date | null } | null;
  /** The task is not to be done any more. */
  readonly isCancelled: boolean;
};

/** Why a delivery is not handed over now, or null when it is. */
export function stepInstead(
  { expiresAt }: Pick<Delivery, 'expiresAt'>,
  facts: SendingFacts,
  now: Date,
): Step | null {
  if (facts.isCancelled) return notSent('CANCELLED');
  if (expiresAt !== null && now >= expiresAt) return notSent('TOO_LATE');
  return forbidden(facts) ?? impossible(facts);
}

function forbidden({ isThere, isSuppressed, suppression }: SendingFacts): Step | null {
  if (!isThere) return notSent('NOT_ALLOWED', 'PERSON_GONE');
  if (isSuppressed) return notSent('ADDRESS_SUPPRESSED');
  if (suppression === null) return null;
  if (suppression.reason === 'NO_CONTACT_POINT') return notSent('NO_ADDRESS');
  return suppression.until
    ? { status: 'QUEUED', dueAt: suppression.until, problem: null }
    : notSent('NOT_ALLOWED', suppression.reason);
}

function impossible({ address, hasText, textProblem }: SendingFacts): Step | null {
  if (address === null) return notSent('NO_ADDRESS');
  if (!hasText) return notSent('NO_TEMPLATE');
  return textProblem === null ? null : notSent('NO_TEMPLATE', `The text ${textProblem}`);
}
