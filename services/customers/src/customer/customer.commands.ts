import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { newCode } from '@crm/kit/id';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  removeRecord,
  restoreRecord,
  type Rules,
} from '@crm/kit/record/record';
import { bulkMemory, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import {
  qualificationListProblems,
  refuseQualifications,
  replaceQualifications,
} from '../qualification/qualification.commands.ts';
import type { QualificationValues } from '../qualification/qualification.ts';
import { teamsOfStaff } from '../directory/directory.repository.ts';
import { customerProblems, searchTextOf } from './customer.ts';
import {
  customerChanged,
  customerCreated,
  customerDeleted,
  customerRestored,
} from './customer.events.ts';
import { CustomerEntity, type Customer } from './customer.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type CustomerInput = Repeatable & {
  readonly ownerId?: string | null;
  readonly qualifications?: readonly QualificationValues[] | null;
};

const memory = rowMemory(CustomerEntity);

export const createCustomer = (context: RequestContext, input: CustomerInput): Promise<Customer> =>
  runCommand(context, { name: 'createCustomer', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    return addCustomer(work, input);
  });

/** Makes a customer in the transaction of a command that has asked whether it may. */
export async function addCustomer(
  work: Work,
  { qualifications: given, ...input }: CustomerInput,
): Promise<Customer> {
  await refuseQualifications(work, given);
  const rules = await customerRules(work, [input.ownerId, work.viewer.staffId]);
  const customer = await createRecord(work, CustomerEntity, { input, rules });
  await customerCreated(work, [customer]);
  await replaceQualifications(work, [{ customerId: customer.id, given }]);
  return customer;
}

type UpdateInput = CustomerInput & {
  readonly id: string;
  readonly expectedVersion?: number | null;
};

export const updateCustomer = (context: RequestContext, input: UpdateInput): Promise<Customer> =>
  runCommand(context, { name: 'updateCustomer', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const { qualifications: given, ...fields } = input;
    const { id, expectedVersion = null } = fields;
    await refuseQualifications(work, given);
    const rules = await customerRules(work, [input.ownerId]);
    const change = await changeRecord(work, CustomerEntity, {
      id,
      expectedVersion,
      input: fields,
      rules,
    });
    await customerChanged(work, [change]);
    await replaceQualifications(work, [{ customerId: id, given }]);
    return change.after;
  });

type UpsertInput = Repeatable & { readonly rows: readonly CustomerInput[] };

export const upsertCustomers = (context: RequestContext, input: UpsertInput): Promise<BulkResult> =>
  runCommand(context, { name: 'upsertCustomers', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const owners = input.rows.map(({ ownerId }) => ownerId);
    const lists = input.rows.map(({ qualifications }) => qualifications);
    const problems = await qualificationListProblems(work, lists);
    const { result, created, changed } = await upsertRecords(work, CustomerEntity, {
      inputs: input.rows.map(withoutQualifications),
      matchOn: ['code'],
      problemsAt: (at) => problems[at] ?? [],
      unique: ['registrationNumber'],
      rules: await customerRules(work, [...owners, work.viewer.staffId]),
    });
    await customerCreated(work, created);
    await customerChanged(work, changed);
    await replaceQualifications(work, listsOf(result, lists));
    return result;
  });

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
    const customer = await removeRecord(work, CustomerEntity, { id, expectedVersion });
    await customerDeleted(work, customer);
    return customer;
  });

export const restoreCustomer = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<Customer> =>
  runCommand(context, { name: 'restoreCustomer', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const customer = await restoreRecord(work, CustomerEntity, input.id);
    await customerRestored(work, customer);
    return customer;
  });

/** The rules of customers, knowing the teams of everyone who may come to own one of them. */
async function customerRules(
  { manager, viewer }: Work,
  owners: readonly (string | null | undefined)[],
): Promise<Rules<Customer>> {
  const teams = await teamsOfStaff(
    manager,
    owners.flatMap((id) => id ?? []),
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
