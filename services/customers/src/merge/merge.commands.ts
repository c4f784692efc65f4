import type { RequestContext } from '@crm/kit/context';
import { notFound, ruleViolation } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import { countReferences, moveReferences } from '@crm/kit/projection/moved-reference';
import { deleteMerged, saveMerged, survivorsOf } from '@crm/kit/projection/survivor';
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
import { sql } from '@crm/kit/sql';
import { settleExposure } from '../credit/credit.commands.ts';
import { customerRules } from '../customer/customer.commands.ts';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import { customersChanged } from '../customer/customer.saved.ts';
import { lockOwned } from '../ownership/ownership.lock.ts';
import { customerMerged, customerUnmerged } from './merge.events.ts';
import { CustomerMergeEntity, type CustomerMerge } from './merge.fields.ts';
import { mergeRules, valuesOfMerge } from './merge.ts';
import { references } from './references.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type MergeInput = Repeatable & {
  readonly survivorId: string;
  readonly mergedId: string;
  readonly takeFields?: readonly string[] | null;
  readonly reason?: string | null;
};

const memory = rowMemory(CustomerMergeEntity);

/** Makes one customer of two. Whatever belongs to the merged one belongs to the survivor then. */
export const mergeCustomers = (
  context: RequestContext,
  input: MergeInput,
): Promise<CustomerMerge> =>
  runCommand(context, { name: 'mergeCustomers', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const takeFields = input.takeFields ?? [];
    const problems = takeProblems(mergeRules, takeFields);
    if (problems.length > 0) throw refused(CustomerMergeEntity, problems);
    const { survivor, merged } = await lockPair(work, input);
    await refuseMany(work, merged);

    const gone = await removeRecord(work, CustomerEntity, { id: merged.id, expectedVersion: null });
    await saveMerged(work.manager, { id: merged.id, survivorId: survivor.id });
    const change = await giveValues(work, survivor, valuesOfMerge(survivor, merged, takeFields));
    await customerMerged(work, gone, survivor.id);
    await move(work, { merged, survivor, isMerged: true });
    return saveMerge(work, { input, takeFields, merged, change });
  });

/** What follows in one transaction, with an event for each, must be done before the caller gives up. */
export const followersMax = 5000;

async function refuseMany(work: Work, { id, code }: Customer): Promise<void> {
  const count = await countReferences(work, references, { id, max: followersMax });
  if (count <= followersMax) return;
  throw ruleViolation(
    `More than ${followersMax} records belong to ${code}, too many to follow at once: merge the other customer into it`,
  );
}

type Pair = { readonly survivor: Customer; readonly merged: Customer };

/** Locks the customers that the ids mean now, in the order of their ids. */
async function lockPair(
  work: Work,
  { survivorId, mergedId }: Pick<MergeInput, 'mergedId' | 'survivorId'>,
): Promise<Pair> {
  const before = await survivorsOf(work.manager, [survivorId, mergedId]);
  const ids = [survivorId, mergedId].map((id) => before.get(id) ?? id);
  const [keptId = '', goneId = ''] = ids;
  if (keptId === goneId) throw ruleViolation('They are one customer already');
  const rows = await lockOwned(work, ids);
  if ((await survivorsOf(work.manager, ids)).size > 0) {
    throw ruleViolation('One of them was merged a moment ago: read them again');
  }
  const find = (id: string): Customer => {
    const row = rows.find((each) => each.id === id);
    if (!row) throw notFound(CustomerEntity.name, id);
    return row;
  };
  return { survivor: find(keptId), merged: find(goneId) };
}

/** Changes a customer without a client's input: what it is given was checked when it was entered. */
async function giveValues(
  work: Work,
  customer: Customer,
  values: ReadonlyMap<string, unknown>,
): Promise<Change<Customer>> {
  const rules = await customerRules(work, [customer.ownerId, values.get('ownerId')]);
  const { changes, after } = planChange(CustomerEntity, customer, { values, rules });
  const problems = rules.check?.(after) ?? [];
  if (problems.length > 0) throw refused(CustomerEntity, problems);
  const change = await writeChange(work, CustomerEntity, { before: customer, changes });
  await customersChanged(work, [change], { why: { kind: 'MERGED', reason: null } });
  return change;
}

type Moved = Pair & { readonly isMerged: boolean };

async function move(work: Work, { merged, survivor, isMerged }: Moved): Promise<void> {
  const [first = '', second = ''] = [merged.id, survivor.id].toSorted();
  const { text, values } = sql`UPDATE duplicateCandidate
    SET state = ${isMerged ? 'MERGED' : 'OPEN'}, version = version + 1, updatedAt = ${work.now}
    WHERE firstId = ${idToBytes(first)} AND secondId = ${idToBytes(second)}`;
  await work.manager.query(text, [...values]);
  await moveReferences(work, references, {
    mergedId: merged.id,
    survivorId: survivor.id,
    isMerged,
  });
  const reason = isMerged ? '客户合并' : '撤销客户合并';
  await settleExposure(work, [merged.id, survivor.id], reason);
}

type Merged = {
  readonly input: MergeInput;
  readonly takeFields: readonly string[];
  readonly merged: Customer;
  readonly change: Change<Customer>;
};

async function saveMerge(
  work: Work,
  { input, takeFields, merged, change }: Merged,
): Promise<CustomerMerge> {
  const { id, code, name } = merged;
  const values = {
    survivorId: change.after.id,
    mergedId: id,
    merged: { id, code, name },
    takeFields,
    reason: input.reason ?? null,
    changes: change.changes,
  };
  const row = newRow(work, CustomerMergeEntity, {
    values: new Map<string, unknown>(Object.entries(values)),
    rules: {},
  });
  await insertRecords(work, CustomerMergeEntity, [row]);
  return row;
}

/** Undoes a merge: the merged customer and all that was its own are as they were. */
export const unmergeCustomers = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<CustomerMerge> =>
  runCommand(context, { name: 'unmergeCustomers', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    if (!isId(input.id)) throw notFound(CustomerMergeEntity.name, input.id);
    const merge = await lockForWriting(work, CustomerMergeEntity, input.id);
    if (merge.reversedAt !== null) throw ruleViolation('The merge was undone already');
    const { survivorId, mergedId } = merge;
    if ((await survivorsOf(work.manager, [survivorId])).size > 0) {
      throw ruleViolation('The survivor was merged itself: undo that merge first');
    }
    await lockByIds(work.manager, CustomerEntity, [survivorId, mergedId]);
    const before = await lockForWriting(work, CustomerEntity, survivorId);
    const { after: survivor } = await giveValues(
      work,
      before,
      valuesBefore(CustomerEntity, merge.changes, before),
    );
    await deleteMerged(work.manager, mergedId);
    const merged = await restoreRecord(work, CustomerEntity, mergedId);
    await customerUnmerged(work, merged, survivorId);
    await move(work, { merged, survivor, isMerged: false });
    const { reversedAt, reversedById } = merge;
    const { after } = await writeChange(work, CustomerMergeEntity, {
      before: merge,
      changes: {
        reversedAt: { from: reversedAt, to: work.now },
        reversedById: { from: reversedById, to: work.viewer.staffId },
      },
    });
    return after;
  });
