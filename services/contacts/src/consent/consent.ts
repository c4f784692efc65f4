import type { FieldProblem } from '@crm/kit/errors';
import type { ContactChannel } from '../preference/contact-channel.ts';
import type { ContactPreference } from '../preference/preference.fields.ts';
import type { Consent, ConsentPurpose } from './consent.fields.ts';

/** How far clocks may be apart. */
const clockSkewMs = 5 * 60_000;

type Check = readonly [isBroken: boolean, path: string, message: string];

export function consentProblems(consent: Consent, now: Date): FieldProblem[] {
  const { at, reviewOn, guardianId, purpose, personId, status, lawfulBasis } = consent;
  const isNameless = guardianId === null && consent.guardianName === null;
  const isForMinor = purpose === 'MINOR_DATA';
  const checks: readonly Check[] = [
    [at.getTime() > now.getTime() + clockSkewMs, 'at', 'is in the future'],
    [
      reviewOn !== null && reviewOn < at.toISOString().slice(0, 10),
      'reviewOn',
      'is before it was given',
    ],
    [isForMinor && status === 'GRANTED' && isNameless, 'guardianId', 'or guardianName gives it'],
    [guardianId !== null && guardianId === personId, 'guardianId', 'is somebody else'],
    [isForMinor && lawfulBasis !== 'CONSENT', 'lawfulBasis', 'is CONSENT for a minor'],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

type Wanted = { readonly purpose: ConsentPurpose; readonly channel: ContactChannel | null };

/** The latest decision that is about a channel: one for all channels is about each. */
export function decisionOn(
  state: readonly Consent[],
  { purpose, channel }: Wanted,
): Consent | null {
  const about = state.filter(
    (each) => each.purpose === purpose && (each.channel === null || each.channel === channel),
  );
  return about.toSorted(latestFirst)[0] ?? null;
}

/** Ids are made in the order of time, so they decide between decisions of one moment. */
const latestFirst = (one: Consent, other: Consent): number =>
  other.at.getTime() - one.at.getTime() || (one.id < other.id ? 1 : -1);

/** The decisions that still hold: a later one for all channels takes the place of those for one. */
export const standing = (state: readonly Consent[]): readonly Consent[] =>
  state.filter((each) => decisionOn(state, each) === each);

export type ContactPermission = {
  readonly isAllowed: boolean;
  readonly reason: 'ALLOWED' | 'DO_NOT_CONTACT' | 'NO_CONSENT' | 'REFUSED' | 'WITHDRAWN';
  readonly consent: Consent | null;
};

const reasons = { GRANTED: 'ALLOWED', REFUSED: 'REFUSED', WITHDRAWN: 'WITHDRAWN' } as const;

/** Whether a person may be addressed for a purpose by a channel. Without a decision the answer is no. */
export function permissionFor(
  preference: Pick<ContactPreference, 'doNotContact'> | null,
  state: readonly Consent[],
  wanted: Wanted & { readonly channel: ContactChannel },
): ContactPermission {
  const consent = decisionOn(state, wanted);
  const isRefused = preference?.doNotContact.includes(wanted.channel) ?? false;
  if (isRefused) return { isAllowed: false, reason: 'DO_NOT_CONTACT', consent };
  const reason = consent === null ? 'NO_CONSENT' : reasons[consent.status];
  return { isAllowed: reason === 'ALLOWED', reason, consent };
}
