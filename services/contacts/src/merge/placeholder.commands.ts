import type { RequestContext } from '@crm/kit/context';
import { invalid, ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, lockForWriting, writeChange } from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import { recordGuardianConsents } from '../consent/guardian-consent.commands.ts';
import { personRules, whole, type PersonInput } from '../person/person.commands.ts';
import { PersonEntity, type Person } from '../person/person.fields.ts';
import { peopleChanged } from '../person/person.saved.ts';
import { lockPair, mergePair } from './merge.commands.ts';
import { personIdentified } from './merge.events.ts';

type IdentifyInput = {
  readonly placeholderId: string;
  /** Somebody who is known already. */
  readonly personId?: string | null;
  /** Or what is known now. */
  readonly person?: PersonInput | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(PersonEntity);

/**
 * Says who a placeholder is: somebody who is known, or a person to be. What names the placeholder,
 * affiliations, relationships, decisions and interactions, names that person then.
 */
export const identifyPlaceholder = (
  context: RequestContext,
  input: IdentifyInput,
): Promise<Person> =>
  runCommand(context, { name: 'identifyPlaceholder', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    const { placeholderId, personId, person } = input;
    if (Boolean(personId) === Boolean(person)) {
      throw invalid('Say who it is: give personId or person, one of both');
    }
    return personId
      ? identifyAs(work, placeholderId, personId)
      : nameIt(work, placeholderId, person ?? {});
  });

async function identifyAs(work: Work, placeholderId: string, personId: string): Promise<Person> {
  const pair = await lockPair(work, { survivorId: personId, mergedId: placeholderId });
  requirePlaceholder(pair.merged);
  await mergePair(work, pair, { isIdentification: true });
  const [survivor] = await findByIds(work.manager, PersonEntity, { ids: [pair.survivor.id] });
  return survivor ?? pair.survivor;
}

async function nameIt(work: Work, id: string, person: PersonInput): Promise<Person> {
  requirePlaceholder(await lockForWriting(work, PersonEntity, id));
  const rules = await personRules(work, [person.ownerId]);
  const order = { id, expectedVersion: null, input: whole(person), rules };
  const change = await changeRecord(work, PersonEntity, order);
  await peopleChanged(work, [change]);
  await recordGuardianConsents(work, { created: [], changed: [change] });
  const { after } = await writeChange(work, PersonEntity, {
    before: change.after,
    changes: { status: { from: change.after.status, to: 'ACTIVE' } },
  });
  await personIdentified(work, after, after.id);
  return after;
}

function requirePlaceholder({ status, code }: Person): void {
  if (status !== 'PLACEHOLDER') throw ruleViolation(`${code} is no placeholder`);
}
