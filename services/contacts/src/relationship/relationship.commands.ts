import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  type Change,
  type Rules,
} from '@crm/kit/record/record';
import { conflictsWith, inDirection, type Pair } from '@crm/kit/record/relation';
import { refuseCircle } from '@crm/kit/record/relation-reach';
import { lockParties } from '../affiliation/affiliation.repository.ts';
import { currentPeople } from '../merge/merged-people.ts';
import { partyProblems, readableNames } from './relationship-people.ts';
import {
  relationshipChanged,
  relationshipEnded,
  relationshipEstablished,
  relationshipRemoved,
} from './relationship.events.ts';
import { PersonRelationshipEntity, type PersonRelationship } from './relationship.fields.ts';
import {
  deleteEdges,
  findRelationshipsAmong,
  findRelationshipTypes,
  insertEdges,
  lockRelationshipTypes,
  replaceEdges,
} from './relationship.repository.ts';
import { relationshipProblems, shapeOf } from './relationship.ts';
import type { RelationshipType } from './relationship-type.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

type RelateInput = Repeatable & Pair & { readonly type: string };

const memory = rowMemory(PersonRelationshipEntity);

/** Relates two people, by the code of a type or by its inverse. */
export const relatePeople = (
  context: RequestContext,
  input: RelateInput,
): Promise<PersonRelationship> =>
  runCommand(context, { name: 'relatePeople', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'relationships');
    const type = typeNamed(await findRelationshipTypes(work.manager), input.type);
    const survivors = await currentPeople(work.manager, [input.fromId, input.toId]);
    const named = {
      fromId: survivors.get(input.fromId) ?? input.fromId,
      toId: survivors.get(input.toId) ?? input.toId,
    };
    const pair = inDirection(type, input.type, named);
    await lockAround(work, type, pair);
    const [problems = []] = await partyProblems(work, [named]);
    if (problems.length > 0) throw refused(PersonRelationshipEntity, problems);
    const relationship = await createRecord(work, PersonRelationshipEntity, {
      input: { ...input, ...pair, type: type.code },
      rules: await relationshipRules(work, type, pair),
    });
    await refuseCycle(work, type, relationship);
    await insertEdges(work.manager, [relationship], () => type.symmetric);
    await relationshipEstablished(work, [relationship]);
    return relationship;
  });

export const updateRelationship = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<PersonRelationship> =>
  runCommand(context, { name: 'updateRelationship', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'relationships');
    const change = await changeRelationship(work, input);
    await relationshipChanged(work, [change]);
    return change.after;
  });

type EndInput = Repeatable & Versioned & { readonly endedOn?: string | null };

/** Says that a relationship held for the last time on a day: today when none is named. */
export const endRelationship = (
  context: RequestContext,
  input: EndInput,
): Promise<PersonRelationship> =>
  runCommand(context, { name: 'endRelationship', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'relationships');
    const { validTo } = await lockForWriting(work, PersonRelationshipEntity, input.id);
    const { endedOn, ...rest } = input;
    const day = endedOn ?? companyDate(work.now);
    if (validTo !== null && validTo <= day)
      throw ruleViolation(`It has ended on ${validTo} already`);
    const change = await changeRelationship(work, { ...rest, validTo: day });
    await relationshipEnded(work, [change]);
    return change.after;
  });

/** Takes back what was a mistake. */
export const removeRelationship = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<PersonRelationship> =>
  runCommand(context, { name: 'removeRelationship', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'relationships');
    const { id, expectedVersion = null } = input;
    const relationship = await removeRecord(work, PersonRelationshipEntity, {
      id,
      expectedVersion,
    });
    await deleteEdges(work.manager, [relationship]);
    await relationshipRemoved(work, [relationship]);
    return relationship;
  });

async function changeRelationship(
  work: Work,
  input: Versioned & { readonly validTo?: string },
): Promise<Change<PersonRelationship>> {
  const { id, expectedVersion = null } = input;
  const before = await lockForWriting(work, PersonRelationshipEntity, id);
  const type = (await findRelationshipTypes(work.manager)).find(({ code }) => code === before.type);
  if (!type) throw new Error(`The relationship type ${before.type} is gone`);
  await lockAround(work, type, before);
  const change = await changeRecord(work, PersonRelationshipEntity, {
    id,
    expectedVersion,
    input,
    rules: await relationshipRules(work, type, before),
  });
  await refuseCycle(work, type, change.after);
  await replaceEdges(work.manager, [change], () => type.symmetric);
  return change;
}

/** The active type that has this code or inverse code. */
function typeNamed(types: readonly RelationshipType[], name: string): RelationshipType {
  const type = types.find(
    ({ code, inverseCode, active }) => active && [code, inverseCode].includes(name),
  );
  if (type) return type;
  throw refused(PersonRelationshipEntity, [
    { path: 'type', message: `"${name}" is no active type of relationship` },
  ]);
}

/** Whoever relates the same people, or by the same acyclic type, waits. */
async function lockAround(
  { manager }: Work,
  type: RelationshipType,
  { fromId, toId }: Pair,
): Promise<void> {
  if (type.acyclic) await lockRelationshipTypes(manager, [type]);
  await lockParties(manager, { customerIds: [], personIds: [fromId, toId] });
}

async function relationshipRules(
  { manager }: Work,
  type: RelationshipType,
  { fromId, toId }: Pair,
): Promise<Rules<PersonRelationship>> {
  const others = await findRelationshipsAmong(manager, [type.code], [fromId, toId]);
  return {
    defaults: () => ({ strength: type.defaultStrength }),
    derive: () => ({ category: type.category }),
    check: (relationship) => [
      ...relationshipProblems(relationship),
      ...conflictsWith(relationship, { shape: shapeOf(type) }, others),
    ],
  };
}

async function refuseCycle(
  work: Work,
  type: RelationshipType,
  relation: PersonRelationship,
): Promise<void> {
  if (!type.acyclic) return;
  await refuseCircle(
    work.manager,
    { table: PersonRelationshipEntity.table, type: type.code, relation },
    (ids) => readableNames(work, ids),
  );
}

/** One of both is known by another id now. Nobody comes to stand above himself by it. */
export async function relationshipsMoved(
  work: Work,
  changes: readonly Change<PersonRelationship>[],
): Promise<void> {
  const types = new Map(
    (await findRelationshipTypes(work.manager)).map((type) => [type.code, type]),
  );
  for (const { after } of changes) {
    const type = types.get(after.type);
    if (type) await refuseCycle(work, type, after);
  }
  await replaceEdges(work.manager, changes, (code) => types.get(code)?.symmetric ?? false);
  await relationshipChanged(work, changes);
}
