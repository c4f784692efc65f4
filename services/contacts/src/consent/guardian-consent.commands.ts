import type { Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { refused } from '@crm/kit/record/input';
import { insertRecords, newRow, writeChanges, type Change } from '@crm/kit/record/record';
import { findByIds, lockByIds } from '@crm/kit/record/store';
import { raw } from '@crm/kit/sql';
import { PersonEntity, type Person } from '../person/person.fields.ts';
import { peopleChanged } from '../person/person.saved.ts';
import { consentsRecorded, consentsWithdrawn } from './consent.events.ts';
import { ConsentEntity, type Consent } from './consent.fields.ts';
import { findState } from './consent.repository.ts';
import { enteredDecision, guardianDecision, shownConsent } from './guardian-consent.ts';

type Saved = {
  readonly created: readonly Person[];
  readonly changed: readonly Change<Person>[];
};

/** Records what guardians have agreed to, where it was entered with people. */
export async function recordGuardianConsents(
  work: Work,
  { created, changed }: Saved,
): Promise<void> {
  const entered = [
    ...created.filter(({ guardianConsent }) => guardianConsent !== null),
    ...changed
      .filter(({ changedFields }) =>
        changedFields.some((name) => name.startsWith('guardianConsent')),
      )
      .map(({ after }) => after),
  ];
  const decisions = await decisionsOf(work, entered);
  const consents = entered.flatMap((person) => {
    const decision = decisions.get(person.id) ?? null;
    const recorded = enteredDecision({ person, decision, now: work.now });
    if (recorded === 'refused') throw refused(PersonEntity, [tooEarly(person)]);
    return recorded === null ? [] : [consentOf(work, recorded)];
  });
  await insertRecords(work, ConsentEntity, consents);
  await consentsRecorded(
    work,
    consents.filter(({ status }) => status === 'GRANTED'),
  );
  await consentsWithdrawn(
    work,
    consents.filter(({ status }) => status !== 'GRANTED'),
  );
}

const tooEarly = ({ code }: Person): { readonly path: string; readonly message: string } => ({
  path: 'guardianConsent.givenOn',
  message: `is before the guardian of ${code} has decided otherwise`,
});

const consentOf = (work: Work, given: Partial<Consent>): Consent =>
  newRow(work, ConsentEntity, {
    values: new Map<string, unknown>(
      Object.entries({
        purpose: 'MINOR_DATA',
        lawfulBasis: 'CONSENT',
        source: '联系人资料',
        ...given,
      }),
    ),
    rules: {},
  });

async function decisionsOf(
  { manager, now }: Work,
  people: readonly { readonly id: string }[],
): Promise<ReadonlyMap<string, Consent>> {
  if (people.length === 0) return new Map();
  const personIds = people.map(({ id }) => id);
  const state = await findState(manager, { personIds, asOf: now, scope: raw('TRUE') });
  return new Map(
    personIds.flatMap((id) => {
      const decision = guardianDecision(state.filter(({ personId }) => personId === id));
      return decision === null ? [] : [[id, decision] as const];
    }),
  );
}

/** Has people show what their guardians have decided last. */
export async function showGuardianConsents(work: Work, ids: readonly string[]): Promise<void> {
  const people = await lockByIds(work.manager, PersonEntity, ids);
  const decisions = await decisionsOf(work, people);
  const guardians = await findByIds(work.manager, PersonEntity, {
    ids: [...decisions.values()].flatMap(({ guardianId }) => guardianId ?? []),
  });
  const names = new Map(guardians.map(({ id, name }) => [id, name]));
  const changes = people.map((before) => {
    const shown = shownConsent(decisions.get(before.id) ?? null, (id) => names.get(id) ?? '');
    const values = new Map<string, unknown>([
      ['guardianConsent.givenBy', shown.givenBy],
      ['guardianConsent.givenOn', shown.givenOn],
    ]);
    return { before, changes: changesOf(PersonEntity, before, values) };
  });
  const made = changes.filter((each) => Object.keys(each.changes).length > 0);
  await peopleChanged(work, await writeChanges(work, PersonEntity, made));
}
