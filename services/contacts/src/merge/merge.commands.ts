import type { RequestContext } from '@crm/kit/context';
import { notFound, ruleViolation } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { countReferences, moveReferences } from '@crm/kit/projection/moved-reference';
import { deleteMerged, saveMerged } from '@crm/kit/projection/survivor';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { refused } from '@crm/kit/record/input';
import { takeProblems, valuesBefore } from '@crm/kit/record/merged-values';
import { allow } from '@crm/kit/record/policy';
import {
  insertRecords,
  lockForWriting,
  newRow,
  planChange,
  removeRecord,
  restoreRecord,
  writeChange,
  type Change,
} from '@crm/kit/record/record';
import { lockByIds } from '@crm/kit/record/store';
import { lockAffiliationsOf } from '../affiliation/affiliation.commands.ts';
import { showGuardianConsents } from '../consent/guardian-consent.commands.ts';
import { personRules } from '../person/person.commands.ts';
import { PersonEntity, type Person } from '../person/person.fields.ts';
import { peopleChanged } from '../person/person.saved.ts';
import { foldRelationships, unfoldRelationships } from './fold-relationships.ts';
import { foldAffiliations, refuseConflicts, unfoldAffiliations } from './fold.ts';
import { currentPeople, mergedPeople } from './merged-people.ts';
import { personIdentified, personMerged, personUnmerged } from './merge.events.ts';
import { PersonMergeEntity, type PersonMerge } from './merge.fields.ts';
import { mergeRules, valuesOfMerge } from './merge.ts';
import { joinPreferences } from './preference.ts';
import { personReferences } from '../person/person-references.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type MergeInput = Repeatable & {
  readonly survivorId: string;
  readonly mergedId: string;
  readonly takeFields?: readonly string[] | null;
  readonly reason?: string | null;
};

const memory = rowMemory(PersonMergeEntity);

/** Makes one person of two. Whatever names the merged one names the survivor then. */
export const mergePeople = (context: RequestContext, input: MergeInput): Promise<PersonMerge> =>
  runCommand(context, { name: 'mergePeople', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    const pair = await lockPair(work, input);
    if (pair.survivor.status === 'PLACEHOLDER' && pair.merged.status !== 'PLACEHOLDER') {
      throw ruleViolation('A placeholder is identified, or merged into the person: not this way');
    }
    return mergePair(work, pair, { ...input, isIdentification: false });
  });

type Pair = { readonly survivor: Person; readonly merged: Person };

/** The people that the ids mean now, locked in the order of their ids. */
export async function lockPair(
  work: Work,
  { survivorId, mergedId }: Pick<MergeInput, 'mergedId' | 'survivorId'>,
): Promise<Pair> {
  for (const id of [survivorId, mergedId]) if (!isId(id)) throw notFound('Person', id);
  const before = await currentPeople(work.manager, [survivorId, mergedId]);
  const ids = [survivorId, mergedId].map((id) => before.get(id) ?? id);
  const [keptId = '', goneId = ''] = ids;
  if (keptId === goneId) throw ruleViolation('They are one person already');
  await lockByIds(work.manager, PersonEntity, ids);
  if ((await currentPeople(work.manager, ids)).size > 0) {
    throw ruleViolation('One of them was merged a moment ago: read them again');
  }
  return {
    survivor: await lockForWriting(work, PersonEntity, keptId),
    merged: await lockForWriting(work, PersonEntity, goneId),
  };
}

type Order = Omit<MergeInput, 'mergedId' | 'survivorId'> & { readonly isIdentification: boolean };

export async function mergePair(
  work: Work,
  { survivor, merged }: Pair,
  { reason = null, isIdentification, ...order }: Order,
): Promise<PersonMerge> {
  const takeFields = order.takeFields ?? [];
  const problems = takeProblems(mergeRules, takeFields);
  if (problems.length > 0) throw refused(PersonMergeEntity, problems);
  await refuseMany(work, merged);
  const theirs = await lockAffiliationsOf(work, merged.id);
  const own = await lockAffiliationsOf(work, survivor.id);
  const gone = await removeRecord(work, PersonEntity, { id: merged.id, expectedVersion: null });
  await saveMerged(work.manager, { id: merged.id, survivorId: survivor.id }, mergedPeople);
  const values = valuesOfMerge(survivor, merged, takeFields);
  const change = await giveValues(work, survivor, values);
  await (isIdentification ? personIdentified : personMerged)(work, gone, survivor.id);
  const ids = { survivorId: survivor.id, mergedId: merged.id };
  const folded = {
    ...(await foldAffiliations(work, { own, theirs })),
    relationships: await foldRelationships(work, ids),
  };
  await joinPreferences(work, ids);
  await move(work, { merged, survivor, isMerged: true });
  await showGuardianConsents(work, [survivor.id]);
  refuseConflicts(await lockAffiliationsOf(work, survivor.id));
  const { id, code, name } = merged;
  const row = newRow(work, PersonMergeEntity, {
    values: new Map<string, unknown>(
      Object.entries({
        survivorId: survivor.id,
        mergedId: id,
        merged: { id, code, name },
        isIdentification,
        takeFields,
        reason,
        changes: change.changes,
        folded,
      }),
    ),
    rules: {},
  });
  await insertRecords(work, PersonMergeEntity, [row]);
  return row;
}

/** As many records as one transaction moves in a few seconds. */
const followersMax = 5000;

async function refuseMany(work: Work, { id, code }: Person): Promise<void> {
  const counting = { id, max: followersMax, kind: mergedPeople };
  if ((await countReferences(work, personReferences, counting)) <= followersMax) return;
  throw ruleViolation(
    `More than ${followersMax} records name ${code}, too many to follow at once: merge the other person into it`,
  );
}

/** Changes a person without a client's input: what it is given was checked when it was entered. */
async function giveValues(
  work: Work,
  person: Person,
  values: ReadonlyMap<string, unknown>,
): Promise<Change<Person>> {
  const ownerId = values.get('ownerId');
  const rules = await personRules(work, [
    person.ownerId,
    typeof ownerId === 'string' ? ownerId : null,
  ]);
  const { changes, after } = planChange(PersonEntity, person, { values, rules });
  const problems = rules.check?.(after) ?? [];
  if (problems.length > 0) throw refused(PersonEntity, problems);
  const change = await writeChange(work, PersonEntity, { before: person, changes });
  await peopleChanged(work, [change]);
  return change;
}

const move = (
  work: Work,
  { merged, survivor, isMerged }: Pair & { readonly isMerged: boolean },
): Promise<void> =>
  moveReferences(work, personReferences, {
    kind: mergedPeople,
    mergedId: merged.id,
    survivorId: survivor.id,
    isMerged,
  });

/** Undoes a merge: the merged person and all that was its own are as they were. */
export const unmergePeople = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<PersonMerge> =>
  runCommand(context, { name: 'unmergePeople', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    if (!isId(input.id)) throw notFound(PersonMergeEntity.name, input.id);
    const merge = await lockForWriting(work, PersonMergeEntity, input.id);
    if (merge.reversedAt !== null) throw ruleViolation('The merge was undone already');
    const { survivorId, mergedId } = merge;
    if ((await currentPeople(work.manager, [survivorId])).size > 0) {
      throw ruleViolation('The survivor was merged itself: undo that merge first');
    }
    await lockByIds(work.manager, PersonEntity, [survivorId, mergedId]);
    const before = await lockForWriting(work, PersonEntity, survivorId);
    const back = valuesBefore(PersonEntity, merge.changes, before);
    const { after: survivor } = await giveValues(work, before, back);
    await deleteMerged(work.manager, mergedId, mergedPeople);
    const merged = await restoreRecord(work, PersonEntity, mergedId);
    await personUnmerged(work, merged, survivorId);
    await move(work, { merged, survivor, isMerged: false });
    await showGuardianConsents(work, [survivorId, mergedId]);
    await unfoldAffiliations(work, merge.folded);
    await unfoldRelationships(work, merge.folded?.relationships ?? []);
    const { after } = await writeChange(work, PersonMergeEntity, {
      before: merge,
      changes: {
        reversedAt: { from: null, to: work.now },
        reversedById: { from: null, to: work.viewer.staffId },
      },
    });
    return after;
  });
