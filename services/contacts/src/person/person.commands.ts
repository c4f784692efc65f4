import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { companyDate } from '@crm/kit/record/criteria';
import { ruleViolation } from '@crm/kit/errors';
import { newCode } from '@crm/kit/id';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  removeRecord,
  restoreRecord,
  type Rules,
} from '@crm/kit/record/record';
import { teamsOfStaff } from '@crm/kit/projection/staff-directory';
import {
  lockAffiliationsOf,
  removeAffiliations,
  restoreAffiliationsOf,
} from '../affiliation/affiliation.commands.ts';
import { recordGuardianConsents } from '../consent/guardian-consent.commands.ts';
import { refuseDuplicates } from '../duplicate/duplicate.queries.ts';
import { currentPeople, currentPerson } from '../merge/merged-people.ts';
import { toContactPoints } from './contact-point.ts';
import { personDeleted, personRestored } from './person.events.ts';
import { peopleChanged, peopleCreated } from './person.saved.ts';
import { PersonEntity, type Person } from './person.fields.ts';
import {
  birthdayOf,
  isMinor,
  minorUntilOf,
  personProblems,
  searchTextOf,
  wholeBirthday,
} from './person.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

export type PersonInput = {
  readonly ownerId?: string | null;
  readonly birthday?: Parameters<typeof wholeBirthday>[0];
  readonly contactPoints?: Parameters<typeof toContactPoints>[0] | null;
};

const memory = rowMemory(PersonEntity);

export const createPerson = (
  context: RequestContext,
  given: PersonInput & Repeatable & { readonly acceptDuplicates?: boolean | null },
): Promise<Person> =>
  runCommand(context, { name: 'createPerson', input: given, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    const { acceptDuplicates, ...input } = given;
    const rules = await personRules(work, [input.ownerId, work.viewer.staffId]);
    await refuseDuplicates(work, input, acceptDuplicates ?? false);
    const person = await createRecord(work, PersonEntity, { input: whole(input), rules });
    await peopleCreated(work, [person]);
    await recordGuardianConsents(work, { created: [person], changed: [] });
    return person;
  });

export const updatePerson = (
  context: RequestContext,
  input: PersonInput & Repeatable & Versioned,
): Promise<Person> =>
  runCommand(context, { name: 'updatePerson', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    const { expectedVersion = null } = input;
    const id = await currentPerson(work.manager, input.id);
    const rules = await personRules(work, [input.ownerId]);
    const order = { id, expectedVersion, input: whole(input), rules };
    const change = await changeRecord(work, PersonEntity, order);
    await peopleChanged(work, [change]);
    await recordGuardianConsents(work, { created: [], changed: [change] });
    return change.after;
  });

export const deletePerson = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<Person> =>
  runCommand(context, { name: 'deletePerson', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    const { id, expectedVersion = null } = input;
    const affiliations = await lockAffiliationsOf(work, id);
    const person = await removeRecord(work, PersonEntity, { id, expectedVersion });
    await removeAffiliations(work, affiliations);
    await personDeleted(work, person);
    return person;
  });

export const restorePerson = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<Person> =>
  runCommand(context, { name: 'restorePerson', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    if ((await currentPeople(work.manager, [input.id])).size > 0) {
      throw ruleViolation('It was merged into another person: undo the merge');
    }
    // First, for the person may be within reach through them alone.
    await restoreAffiliationsOf(work, input.id);
    const person = await restoreRecord(work, PersonEntity, input.id);
    await personRestored(work, person);
    return person;
  });

/** Values that are given as a whole are stored as a whole. */
export const whole = (input: PersonInput): object => ({
  ...input,
  ...(input.birthday && { birthday: wholeBirthday(input.birthday) }),
  ...(input.contactPoints && { contactPoints: toContactPoints(input.contactPoints) }),
});

/** The rules of people, knowing the teams of everyone who may come to own one of them. */
export async function personRules(
  { manager, viewer, now }: Work,
  owners: readonly (string | null | undefined)[],
): Promise<Rules<Person>> {
  const teams = await teamsOfStaff(manager, owners);
  const today = companyDate(now);
  const isChild = (person: Person): boolean => isMinor(birthdayOf(person), today);
  return {
    defaults: () => ({
      code: newCode('P'),
      status: 'ACTIVE',
      ...(viewer.staffId !== null && teams.has(viewer.staffId) && { ownerId: viewer.staffId }),
    }),
    derive: (person) => ({
      searchText: searchTextOf(isChild(person) ? { ...person, contactPoints: null } : person),
      minorUntil: minorUntilOf(person, today),
      // An owner that this change does not touch keeps the team that the person has.
      ...(person.ownerId === null
        ? { teamId: null }
        : teams.has(person.ownerId) && { teamId: teams.get(person.ownerId) }),
    }),
    check: (person) => personProblems(person, today),
  };
}
