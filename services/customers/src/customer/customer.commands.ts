import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { notFound, ruleViolation } from '@crm/kit/errors';
import { newCode } from '@crm/kit/id';
import { survivorsOf } from '@crm/kit/projection/survivor';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  restoreRecord,
  type Rules,
} from '@crm/kit/record/record';
import { bulkMemory, upsertRecords, type BulkResult, type Upserted } from '@crm/kit/record/upsert';
import {
  qualificationListProblems,
  refuseQualifications,
  replaceQualifications,
} from '../qualification/qualification.commands.ts';
import type { QualificationValues } from '../qualification/qualification.ts';
import { teamsOfStaff } from '../directory/directory.repository.ts';
import { refuseDuplicates } from '../duplicate/duplicate.commands.ts';
import type { Recognisable } from '../duplicate/duplicate.ts';
import { refuseStage } from '../lifecycle/lifecycle.commands.ts';
import { lockOwned, refuseTaking } from '../ownership/ownership.lock.ts';
import { customerProblems, searchTextOf } from './customer.ts';
import { customersDeleted, customerRestored } from './customer.events.ts';
import { CustomerEntity, type Customer } from './customer.fields.ts';
import { customersChanged, customersCreated } from './customer.saved.ts';
import { normalRegistrationNumber } from './registration-number.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type CustomerInput = Repeatable &
  Recognisable & {
    readonly ownerId?: string | null;
    readonly qualifications?: readonly QualificationValues[] | null;
  };

const memory = rowMemory(CustomerEntity);

/** The input with its registration number as it is kept. */
const normal = <Input extends Recognisable>(input: Input): Input =>
  input.registrationNumber
    ? { ...input, registrationNumber: normalRegistrationNumber(input.registrationNumber) }
    : input;

/** Refuses what may be a customer that is there, unless the caller accepts that. */
export const createCustomer = (
  context: RequestContext,
  given: CustomerInput,
  acceptDuplicates: boolean,
): Promise<Customer> => {
  const input = normal(given);
  return runCommand(context, { name: 'createCustomer', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    await refuseDuplicates(work, input, acceptDuplicates);
    return addCustomer(work, input);
  });
};

/** Makes a customer in the transaction of a command that has asked whether it may. */
export async function addCustomer(
  work: Work,
  { qualifications: given, ...input }: CustomerInput,
): Promise<Customer> {
  await refuseQualifications(work, given);
  const rules = await customerRules(work, [input.ownerId, work.viewer.staffId]);
  const customer = await createRecord(work, CustomerEntity, { input, rules });
  await customersCreated(work, [customer]);
  await replaceQualifications(work, [{ customerId: customer.id, given }]);
  return customer;
}

type UpdateInput = CustomerInput & {
  readonly id: string;
  readonly lifecycleStage?: string | null;
  readonly expectedVersion?: number | null;
};

export const updateCustomer = (context: RequestContext, given: UpdateInput): Promise<Customer> => {
  const input = normal(given);
  return runCommand(context, { name: 'updateCustomer', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const { qualifications, ...fields } = input;
    const { id, expectedVersion = null, lifecycleStage: stage } = fields;
    await refuseQualifications(work, qualifications);
    if (stage) {
      const before = await lockForWriting(work, CustomerEntity, id);
      await refuseStage(work, before, { stage, reason: null });
    }
    const rules = await customerRules(work, [input.ownerId]);
    const change = await changeRecord(work, CustomerEntity, {
      id,
      expectedVersion,
      input: fields,
      rules,
    });
    refuseTaking(work.viewer, [change]);
    await customersChanged(work, [change]);
    await replaceQualifications(work, [{ customerId: id, given: qualifications }]);
    return change.after;
  });
};

type UpsertInput = Repeatable & { readonly rows: readonly CustomerInput[] };

export const upsertCustomers = (context: RequestContext, input: UpsertInput): Promise<BulkResult> =>
  runCommand(context, { name: 'upsertCustomers', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const { result } = await takeCustomers(work, { rows: input.rows, matchOn: ['code'] });
    return result;
  });

type CustomerBatch = {
  readonly rows: readonly CustomerInput[];
  readonly matchOn: readonly string[];
  readonly mode?: 'CREATE' | 'UPDATE' | 'UPSERT';
  readonly isDryRun?: boolean;
};

/** Creates and changes customers in the transaction of a command that has asked whether it may. */
export async function takeCustomers(
  work: Work,
  { rows, ...how }: CustomerBatch,
): Promise<Upserted<Customer>> {
  const owners = rows.map(({ ownerId }) => ownerId);
  const lists = rows.map(({ qualifications }) => qualifications);
  const problems = await qualificationListProblems(work, lists);
  const taken = await upsertRecords(work, CustomerEntity, {
    ...how,
    inputs: rows.map((row) => withoutQualifications(normal(row))),
    problemsAt: (at) => problems[at] ?? [],
    unique: ['registrationNumber'],
    rules: await customerRules(work, [...owners, work.viewer.staffId]),
  });
  if (how.isDryRun) return taken;
  const { result, created, changed } = taken;
  refuseTaking(work.viewer, changed);
  const cause = { cause: { source: 'IMPORT' } } as const;
  await customersCreated(work, created, cause);
  await customersChanged(work, changed, cause);
  await replaceQualifications(work, listsOf(result, lists));
  return taken;
}

const withoutQualifications = (input: CustomerInput): object =>
  Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'qualifications'));

type Lists = readonly CustomerInput['qualifications'][];

/** What the rows that were not refused say that their customers hold. */
const listsOf = (
  { rows }: BulkResult,
  lists: Lists,
): { readonly customerId: string; readonly given: Lists[number] }[] =>
  rows.flatMap(({ index, outcome, id }) =>
    outcome === 'REFUSED' || id === null ? [] : [{ customerId: id, given: lists[index] }],
  );

type DeleteInput = Repeatable & { readonly id: string; readonly expectedVersion?: number | null };

export const deleteCustomer = (context: RequestContext, input: DeleteInput): Promise<Customer> =>
  runCommand(context, { name: 'deleteCustomer', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const { id, expectedVersion = null } = input;
    if ((await lockOwned(work, [id])).length === 0) throw notFound(CustomerEntity.name, id);
    const customer = await removeRecord(work, CustomerEntity, { id, expectedVersion });
    await customersDeleted(work, [customer]);
    return customer;
  });

export const restoreCustomer = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<Customer> =>
  runCommand(context, { name: 'restoreCustomer', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    if ((await survivorsOf(work.manager, [input.id])).size > 0) {
      throw ruleViolation('It was merged into another customer: undo the merge');
    }
    const customer = await restoreRecord(work, CustomerEntity, input.id);
    await customerRestored(work, customer);
    return customer;
  });

/** The rules of customers, knowing the teams of everyone who may come to own one of them. */
export async function customerRules(
  { manager, viewer }: Work,
  owners: readonly unknown[],
): Promise<Rules<Customer>> {
  const teams = await teamsOfStaff(
    manager,
    owners.filter((id) => typeof id === 'string'),
  );
  return {
    defaults: () => ({
      code: newCode('C'),
      kind: 'ORGANIZATION',
      lifecycleStage: 'POTENTIAL',
      ownerId: viewer.staffId,
    }),
    derive: (customer) => ({
      searchText: searchTextOf(customer),
      // An owner that this change does not touch keeps the team that the customer has.
      ...(customer.ownerId === null
        ? { teamId: null }
        : teams.has(customer.ownerId) && { teamId: teams.get(customer.ownerId) }),
    }),
    check: customerProblems,
  };
}
