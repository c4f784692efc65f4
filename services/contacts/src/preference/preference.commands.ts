import type { RequestContext } from '@crm/kit/context';
import { idToBytes } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, type Rules } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { lockPerson } from '../person/person.repository.ts';
import { preferenceChanged, preferenceSet } from './preference.events.ts';
import { ContactPreferenceEntity, type ContactPreference } from './preference.fields.ts';
import { preferenceProblems } from './preference.ts';

type SetInput = {
  readonly personId: string;
  readonly expectedVersion?: number | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(ContactPreferenceEntity);

const rules: Rules<ContactPreference> = { check: preferenceProblems };

/** Says how a person wants to be addressed: the fields that are given, the others stay. */
export const setPreferences = (
  context: RequestContext,
  input: SetInput,
): Promise<ContactPreference> =>
  runCommand(context, { name: 'setPreferences', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'preferences');
    const { id: personId } = await lockPerson(work, 'write', input.personId);
    const before = await preferenceOf(work, personId);
    if (before === null) {
      const made = await createRecord(work, ContactPreferenceEntity, {
        input: { ...input, personId },
        rules,
      });
      await preferenceSet(work, made);
      return made;
    }
    const { personId: _, expectedVersion = null, ...values } = input;
    const order = { id: before.id, expectedVersion, input: values, rules };
    const change = await changeRecord(work, ContactPreferenceEntity, order);
    await preferenceChanged(work, [change]);
    return change.after;
  });

/** The caller has locked the person, so that two do not make one each. */
async function preferenceOf(
  { manager }: Work,
  personId: string,
): Promise<ContactPreference | null> {
  const [row] = await selectRows(
    manager,
    ContactPreferenceEntity,
    sql`WHERE t.personId = ${idToBytes(personId)} AND t.deletedAt IS NULL`,
  );
  return row ?? null;
}
