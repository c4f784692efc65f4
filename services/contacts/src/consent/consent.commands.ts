import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { readInput, refused, type Values } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { insertRecords, newRow } from '@crm/kit/record/record';
import { raw } from '@crm/kit/sql';
import type { ContactChannel } from '../preference/contact-channel.ts';
import { lockPerson } from '../person/person.repository.ts';
import { consentsRecorded, consentsWithdrawn } from './consent.events.ts';
import { ConsentEntity, type Consent, type ConsentPurpose } from './consent.fields.ts';
import { findState } from './consent.repository.ts';
import { consentProblems, decisionOn } from './consent.ts';
import { showGuardianConsents } from './guardian-consent.commands.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type RecordInput = Repeatable & {
  readonly personId: string;
  readonly status?: 'GRANTED' | 'REFUSED' | null;
  readonly guardianId?: string | null;
  readonly at?: Date | null;
};

const memory = rowMemory(ConsentEntity);

export const recordConsent = (context: RequestContext, input: RecordInput): Promise<Consent> =>
  runCommand(context, { name: 'recordConsent', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'consents');
    const { id: personId } = await lockPerson(work, 'write', input.personId);
    if (input.guardianId) await lockPerson(work, 'read', input.guardianId);
    const { status, ...values } = input;
    const consent = await store(
      work,
      { ...values, personId, at: input.at ?? work.now },
      status ?? 'GRANTED',
    );
    await consentsRecorded(work, [consent]);
    await shown(work, consent);
    return consent;
  });

type WithdrawInput = Repeatable & {
  readonly personId: string;
  readonly purpose: ConsentPurpose;
  readonly channel?: ContactChannel | null;
  readonly source: string;
  readonly at?: Date | null;
  readonly evidence?: string | null;
};

/** A guardian's decision is shown with the child. */
const shown = (work: Work, { purpose, personId }: Consent): Promise<void> =>
  purpose === 'MINOR_DATA' ? showGuardianConsents(work, [personId]) : Promise.resolve();

/** Of a channel, or of all that the purpose was granted for. */
export const withdrawConsent = (context: RequestContext, input: WithdrawInput): Promise<Consent> =>
  runCommand(context, { name: 'withdrawConsent', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'consents');
    const { id: personId } = await lockPerson(work, 'write', input.personId);
    const { purpose, channel = null } = input;
    const state = await findState(work.manager, {
      personIds: [personId],
      asOf: work.now,
      scope: raw('TRUE'),
    });
    const granted = grantOf(state, { purpose, channel });
    if (!granted) throw ruleViolation('There is no consent to withdraw');
    const at = input.at ?? work.now;
    if (at < granted.at) {
      throw refused(ConsentEntity, [{ path: 'at', message: 'is before the consent was given' }]);
    }
    const { lawfulBasis, guardianId, guardianName } = granted;
    const consent = await store(
      work,
      { ...input, personId, channel, at, lawfulBasis, guardianId, guardianName },
      'WITHDRAWN',
    );
    await consentsWithdrawn(work, [consent]);
    await shown(work, consent);
    return consent;
  });

/** What a withdrawal is about: without a channel whatever was granted for the purpose. */
const grantOf = (
  state: readonly Consent[],
  wanted: { readonly purpose: ConsentPurpose; readonly channel: ContactChannel | null },
): Consent | null | undefined => {
  if (wanted.channel === null) {
    return state.find(({ purpose, status }) => purpose === wanted.purpose && status === 'GRANTED');
  }
  const decision = decisionOn(state, wanted);
  return decision?.status === 'GRANTED' ? decision : null;
};

async function store(work: Work, input: object, status: Consent['status']): Promise<Consent> {
  const given: Values = await readInput(work.manager, ConsentEntity, { input, mode: 'create' });
  const consent = newRow(work, ConsentEntity, {
    values: new Map([...given, ['status', status]]),
    rules: {},
  });
  const problems = consentProblems(consent, work.now);
  if (problems.length > 0) throw refused(ConsentEntity, problems);
  await insertRecords(work, ConsentEntity, [consent]);
  return consent;
}
