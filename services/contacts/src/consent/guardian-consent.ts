import { companyDate } from '@crm/kit/record/criteria';
import type { Person } from '../person/person.fields.ts';
import type { Consent } from './consent.fields.ts';
import { decisionOn } from './consent.ts';

/** What the guardian of a child has decided last. */
export const guardianDecision = (state: readonly Consent[]): Consent | null =>
  decisionOn(state, { purpose: 'MINOR_DATA', channel: null });

type Shown = NonNullable<Person['guardianConsent']>;

/** The consent as a person shows it: nothing unless it stands. */
export const shownConsent = (decision: Consent | null, nameOf: (id: string) => string): Shown => {
  if (decision?.status !== 'GRANTED') return { givenBy: null, givenOn: null };
  const { at, guardianId, guardianName } = decision;
  return {
    givenBy: guardianName ?? (guardianId === null ? null : nameOf(guardianId)),
    givenOn: companyDate(at),
  };
};

type Entered = {
  readonly person: Pick<Person, 'guardianConsent' | 'id'>;
  readonly decision: Consent | null;
  readonly now: Date;
};

type Recorded = Partial<Consent> & Pick<Consent, 'at' | 'personId' | 'status'>;

/**
 * The decision that follows from what was entered with a person: a consent, or the end of the one
 * that stood. `refused` when the guardian has decided otherwise since the day that was entered.
 */
export function enteredDecision({
  person: { id: personId, guardianConsent },
  decision,
  now,
}: Entered): Recorded | 'refused' | null {
  const { givenBy, givenOn } = guardianConsent ?? { givenBy: null, givenOn: null };
  if (givenBy === null || givenOn === null) return endOf(decision, now);
  const at = givenOn === companyDate(now) ? now : new Date(`${givenOn}T00:00:00+08:00`);
  const granted = { personId, status: 'GRANTED', guardianName: givenBy } as const;
  if (decision === null || at >= decision.at) return { ...granted, at };
  return decision.status === 'GRANTED' ? { ...granted, at: decision.at } : 'refused';
}

function endOf(decision: Consent | null, now: Date): Recorded | null {
  if (decision?.status !== 'GRANTED') return null;
  const { personId, guardianId, guardianName } = decision;
  return { personId, status: 'WITHDRAWN', at: now, guardianId, guardianName };
}
