import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { awaitCustomers, lockCustomer } from '@crm/kit/projection/customer-access';
import { notFound, ruleViolation } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  removeRecord,
  restoreRecord,
  writableIds,
  type Rules,
} from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import { reopenNodesOf } from '../decision-map/decision-map.commands.ts';
import { toContactPoints } from '../person/contact-point.ts';
import { lockPerson } from '../person/person.repository.ts';
import {
  affiliationChanged,
  affiliationRestored,
  affiliationStarted,
  affiliationWithdrawn,
} from './affiliation.events.ts';
import { AffiliationEntity, type Affiliation } from './affiliation.fields.ts';
import { findAffiliations, findDeletedWith, lockParties } from './affiliation.repository.ts';
import { affiliationProblems, conflictsWith, sequenceOf } from './affiliation.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

type AffiliationInput = Repeatable & {
  readonly contactPoints?: Parameters<typeof toContactPoints>[0] | null;
};

export type AffiliateInput = AffiliationInput & {
  readonly personId: string;
  readonly customerId?: string | null;
};

const memory = rowMemory(AffiliationEntity);

export async function affiliate(
  context: RequestContext,
  input: AffiliateInput,
): Promise<Affiliation> {
  await awaitCustomers(context, [input.customerId]);
  return runCommand(context, { name: 'affiliate', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'affiliations');
    const customerId = input.customerId ? await lockCustomer(work, input.customerId) : null;
    // Whoever answers for the customer may say that a person they can read is there.
    const { id: personId } = await lockPerson(
      work,
      customerId === null ? 'write' : 'read',
      input.personId,
    );
    const others = await findAffiliations(work.manager, {
      customerIds: [customerId],
      personIds: [personId],
    });
    const affiliation = await createRecord(work, AffiliationEntity, {
      input: wholeAffiliation({ ...input, personId, customerId }),
      rules: affiliationRules(others),
    });
    await affiliationStarted(work, [affiliation]);
    return affiliation;
  });
}

export const updateAffiliation = (
  context: RequestContext,
  input: AffiliationInput & Versioned,
): Promise<Affiliation> =>
  runCommand(context, { name: 'updateAffiliation', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'affiliations');
    const { id, expectedVersion = null } = input;
    const others = await lockAround(work, id);
    const change = await changeRecord(work, AffiliationEntity, {
      id,
      expectedVersion,
      input: wholeAffiliation(input),
      rules: affiliationRules(others),
    });
    await affiliationChanged(work, [change]);
    return change.after;
  });

export const removeAffiliation = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<Affiliation> =>
  runCommand(context, { name: 'removeAffiliation', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'affiliations');
    const { id, expectedVersion = null } = input;
    await lockAround(work, id);
    const affiliation = await removeRecord(work, AffiliationEntity, { id, expectedVersion });
    await affiliationWithdrawn(work, [affiliation]);
    return affiliation;
  });

/** Locks a person's affiliations. Refuses when some of them are out of the viewer's reach. */
export async function lockAffiliationsOf(
  work: Work,
  personId: string,
): Promise<readonly Affiliation[]> {
  const find = (): Promise<Affiliation[]> =>
    findAffiliations(work.manager, { customerIds: [], personIds: [personId] });
  const customerIds = (await find()).map(({ customerId }) => customerId);
  await lockParties(work.manager, { customerIds, personIds: [personId] });
  const affiliations = await find();
  const ids = affiliations.map(({ id }) => id);
  const writable = await writableIds(work, AffiliationEntity, ids);
  if (ids.some((id) => !writable.has(id))) {
    throw ruleViolation('The person is also at an organisation that you may not change');
  }
  return affiliations;
}

export async function removeAffiliations(
  work: Work,
  affiliations: readonly Affiliation[],
): Promise<void> {
  const removed: Affiliation[] = [];
  for (const { id } of affiliations) {
    removed.push(await removeRecord(work, AffiliationEntity, { id, expectedVersion: null }));
  }
  await affiliationWithdrawn(work, removed);
}

/** Brings back what was deleted with the person. Refuses when its place is taken meanwhile. */
export async function restoreAffiliationsOf(work: Work, personId: string): Promise<void> {
  if (!isId(personId)) throw notFound('Person', personId);
  const deleted = await findDeletedWith(work.manager, personId);
  const customerIds = deleted.map(({ customerId }) => customerId);
  await lockParties(work.manager, { customerIds, personIds: [personId] });
  const others = await findAffiliations(work.manager, { customerIds, personIds: [personId] });
  const restored: Affiliation[] = [];
  for (const affiliation of deleted) {
    const [problem] = conflictsWith(affiliation, others);
    if (problem) throw ruleViolation(`It cannot come back: ${problem.message}`);
    restored.push(await restoreRecord(work, AffiliationEntity, affiliation.id));
  }
  await affiliationRestored(work, restored);
  const deletedAt = deleted[0]?.deletedAt ?? null;
  if (deletedAt !== null) await reopenNodesOf(work, restored, deletedAt);
}

/** Locks the parties of an affiliation, and gives the other affiliations of both. */
export async function lockAround(work: Work, id: string): Promise<readonly Affiliation[]> {
  const [affiliation] = await findByIds(work.manager, AffiliationEntity, {
    ids: [id].filter(isId),
  });
  if (!affiliation) throw notFound('Affiliation', id);
  const parties = {
    customerIds: [affiliation.customerId],
    personIds: [affiliation.personId],
  };
  await lockParties(work.manager, parties);
  return findAffiliations(work.manager, parties);
}

export const wholeAffiliation = (
  input: AffiliationInput & { readonly customerId?: string | null; readonly personId?: string },
): object => ({
  ...input,
  ...(input.contactPoints && { contactPoints: toContactPoints(input.contactPoints) }),
});

export const affiliationRules = (others: readonly Affiliation[]): Rules<Affiliation> => ({
  defaults: () => ({ roles: ['CONTACT'], isPrimary: false, isProxy: false }),
  derive: (affiliation) => ({ sequence: sequenceOf(affiliation, others) }),
  check: (affiliation) => [
    ...affiliationProblems(affiliation),
    ...conflictsWith(affiliation, others),
  ],
});
