import type { RequestContext } from '@crm/kit/context';
import { notFound, ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { survivorsOf } from '@crm/kit/projection/survivor';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { isId } from '@crm/kit/id';
import { refused } from '@crm/kit/record/input';
import { allow, scopeSql } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  writableIds,
  writeChanges,
  type Change,
  type Rules,
} from '@crm/kit/record/record';
import { conflictsWith, inDirection, relationProblems } from '@crm/kit/record/relation';
import { refuseCircle } from '@crm/kit/record/relation-reach';
import { findByIds } from '@crm/kit/record/store';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { ExternalOrganizationEntity } from '../organization/organization.fields.ts';
import {
  relationChanged,
  relationEnded,
  relationEstablished,
  relationRemoved,
} from './relation.events.ts';
import { CustomerRelationEntity, type CustomerRelation } from './relation.fields.ts';
import {
  findRelationsFrom,
  insertSides,
  lockRelationsOf,
  lockRelationType,
  moveSides,
} from './relation.repository.ts';
import type { RelationType } from './relation-type.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

type RelateInput = Repeatable & {
  readonly fromId: string;
  readonly type: string;
  readonly toId: string;
};

const memory = rowMemory(CustomerRelationEntity);

/** Relates two organisations, by the code of a type or by its inverse. */
export const relateCustomers = (
  context: RequestContext,
  input: RelateInput,
): Promise<CustomerRelation> =>
  runCommand(context, { name: 'relateCustomers', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'relations');
    const type = await typeNamed(work, input.type);
    const survivors = await survivorsOf(work.manager, [input.fromId, input.toId]);
    const { fromId, toId } = inDirection(type, input.type, {
      fromId: survivors.get(input.fromId) ?? input.fromId,
      toId: survivors.get(input.toId) ?? input.toId,
    });
    const kinds = await kindsOf(work, { fromId, toId });
    const relation = await createRecord(work, CustomerRelationEntity, {
      input: {
        ...input,
        type: type.code,
        fromId,
        fromKind: kinds.get(fromId),
        toId,
        toKind: kinds.get(toId),
      },
      rules: await relationRules(work, type, { fromId, toId }),
    });
    await refuseCycle(work, type, relation);
    await insertSides(work.manager, relation.id, sidesOf(type, relation));
    await relationEstablished(work, [relation]);
    return relation;
  });

export const updateCustomerRelation = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<CustomerRelation> =>
  runCommand(context, { name: 'updateCustomerRelation', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'relations');
    const change = await changeRelation(work, input);
    await relationChanged(work, [change]);
    return change.after;
  });

type EndInput = Repeatable & Versioned & { readonly endedOn?: string | null };

/** Says that a relation held for the last time on a day: today when none is named. */
export const endCustomerRelation = (
  context: RequestContext,
  input: EndInput,
): Promise<CustomerRelation> =>
  runCommand(context, { name: 'endCustomerRelation', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'relations');
    const { validTo } = await lockForWriting(work, CustomerRelationEntity, input.id);
    const { endedOn, ...rest } = input;
    const day = endedOn ?? companyDate(work.now);
    if (validTo !== null && validTo <= day)
      throw ruleViolation(`It has ended on ${validTo} already`);
    const change = await changeRelation(work, { ...rest, validTo: day });
    await relationEnded(work, [change]);
    return change.after;
  });

/** Takes back what was a mistake. */
export const removeCustomerRelation = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<CustomerRelation> =>
  runCommand(context, { name: 'removeCustomerRelation', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'relations');
    const { id, expectedVersion = null } = input;
    const relation = await removeRecord(work, CustomerRelationEntity, { id, expectedVersion });
    await relationRemoved(work, [relation]);
    return relation;
  });

/** Whether anybody is related to an organisation. */
export const isRelated = async ({ manager }: Work, partyId: string): Promise<boolean> =>
  (await lockRelationsOf(manager, partyId)).length > 0;

/** Gives the relations of an external organisation to the customer that it became. */
export async function moveRelations(work: Work, from: string, customerId: string): Promise<void> {
  const relations = await lockRelationsOf(work.manager, from);
  const changes = await writeChanges(
    work,
    CustomerRelationEntity,
    relations.map((before) => ({
      before,
      changes: {
        ...(before.fromId === from && becoming('from', before.fromId, customerId)),
        ...(before.toId === from && becoming('to', before.toId, customerId)),
      },
    })),
  );
  await moveSides(work.manager, from, customerId);
  await relationChanged(work, changes);
}

const becoming = (side: 'from' | 'to', from: string, to: string): Change<object>['changes'] => ({
  [`${side}Id`]: { from, to },
  [`${side}Kind`]: { from: 'EXTERNAL', to: 'CUSTOMER' },
});

async function changeRelation(
  work: Work,
  input: Versioned & { readonly validTo?: string },
): Promise<Change<CustomerRelation>> {
  const { id, expectedVersion = null } = input;
  const before = await lockForWriting(work, CustomerRelationEntity, id);
  const type = await lockRelationType(work.manager, before.type);
  if (!type) throw new Error(`The relation type ${before.type} is gone`);
  const change = await changeRecord(work, CustomerRelationEntity, {
    id,
    expectedVersion,
    input,
    rules: await relationRules(work, type, before),
  });
  await refuseCycle(work, type, change.after);
  return change;
}

async function typeNamed(work: Work, name: string): Promise<RelationType> {
  const type = await lockRelationType(work.manager, name);
  if (type?.active && [type.code, type.inverseCode].includes(name)) return type;
  throw refused(CustomerRelationEntity, [
    { path: 'type', message: `"${name}" is no active type of relation` },
  ]);
}

type Kind = CustomerRelation['fromKind'];

/** What the two organisations are. The viewer must be able to read both, and to change a customer. */
async function kindsOf(
  work: Work,
  { fromId, toId }: Pick<RelateInput, 'fromId' | 'toId'>,
): Promise<ReadonlyMap<string, Kind>> {
  const { manager, viewer, now } = work;
  const ids = [fromId, toId].filter(isId);
  const scope = scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now });
  const customers = await findByIds(manager, CustomerEntity, { ids, scope });
  const others = await findByIds(manager, ExternalOrganizationEntity, { ids });
  const kinds = new Map<string, Kind>([
    ...customers.map(({ id }) => [id, 'CUSTOMER'] as const),
    ...others
      .filter(({ promotedToId }) => promotedToId === null)
      .map(({ id }) => [id, 'EXTERNAL'] as const),
  ]);
  const problems = Object.entries({ fromId, toId }).flatMap(([path, id]): FieldProblem[] =>
    kinds.has(id) ? [] : [{ path, message: 'is no organisation that you may relate' }],
  );
  if (problems.length > 0) throw refused(CustomerRelationEntity, problems);
  const writable = await writableIds(work, CustomerEntity, ids);
  if (writable.size === 0) throw notFound('Customer', fromId);
  return kinds;
}

async function relationRules(
  { manager }: Work,
  type: RelationType,
  { fromId, toId }: Pick<CustomerRelation, 'fromId' | 'toId'>,
): Promise<Rules<CustomerRelation>> {
  const others = await findRelationsFrom(manager, type.code, [fromId, toId]);
  return {
    check: (relation) => [...relationProblems(relation), ...conflictsWith(relation, type, others)],
  };
}

const sidesOf = (
  { code, inverseCode, shape }: RelationType,
  { fromId, toId }: CustomerRelation,
): Parameters<typeof insertSides>[2] => {
  const isSymmetric = shape === 'SYMMETRIC';
  return [
    { partyId: fromId, name: code, direction: isSymmetric ? 'BOTH' : 'OUT' },
    { partyId: toId, name: inverseCode ?? code, direction: isSymmetric ? 'BOTH' : 'IN' },
  ];
};

/** Two organisations that became one may stand below themselves then. */
export async function refuseCircles(
  work: Work,
  changes: readonly Change<CustomerRelation>[],
): Promise<void> {
  for (const { after } of changes) {
    const type = await lockRelationType(work.manager, after.type);
    if (type) await refuseCycle(work, type, after);
  }
}

const acyclic: readonly RelationType['shape'][] = ['ACYCLIC', 'HIERARCHICAL'];

async function refuseCycle(
  work: Work,
  { code, shape }: RelationType,
  relation: CustomerRelation,
): Promise<void> {
  if (!acyclic.includes(shape)) return;
  await refuseCircle(
    work.manager,
    { table: CustomerRelationEntity.table, type: code, relation },
    (ids) => namesOf(work, ids),
  );
}

/** Those that the viewer may not read stay unnamed. */
async function namesOf(work: Work, ids: readonly string[]): Promise<string[]> {
  const { manager, viewer, now } = work;
  const scope = scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now });
  const found = [
    ...(await findByIds(manager, CustomerEntity, { ids, scope })),
    ...(await findByIds(manager, ExternalOrganizationEntity, { ids })),
  ];
  const names = new Map(found.map(({ id, name }) => [id, name]));
  return ids.map((id) => names.get(id) ?? '…');
}
