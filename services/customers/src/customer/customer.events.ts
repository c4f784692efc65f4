import type { Work } from '@crm/kit/record/command';
import { openChanges, publishChanges, publishRows } from '@crm/kit/event/publish';
import { toldValues } from '@crm/kit/event/custom-field-told';
import { snapshotOf } from '@crm/kit/event/snapshot';
import { findCustomFields, type CustomFields } from '@crm/kit/record/custom-field';
import type { Change } from '@crm/kit/record/record';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerParticularsChanged,
  CustomerRestored,
  CustomerUpdated,
  type CustomerData,
  type CustomerParticulars,
} from '@crm/schemas/events/customer';
import { CustomerEntity, type Customer } from './customer.fields.ts';

const customerId = ({ id }: Customer): string => id;

export async function customerCreated(work: Work, rows: readonly Customer[]): Promise<void> {
  const fields = await definitionsFor(work, rows);
  const data = (row: Customer): CustomerData => customerData(row, fields);
  await publishRows(work, { type: CustomerCreated, rows, customerId, data });
  await publishRows(work, {
    type: CustomerParticularsChanged,
    rows: rows.filter((row) => hasParticulars(row, fields)),
    customerId,
    data: (row) => particularsOf(row, fields),
  });
}

export async function customerChanged(
  work: Work,
  changes: readonly Change<Customer>[],
): Promise<void> {
  const fields = await definitionsFor(
    work,
    changes.map(({ after }) => after),
  );
  await publishChanges(work, {
    type: CustomerUpdated,
    changes,
    customerId,
    data: (change) => ({
      ...customerData(change.after, fields),
      changes: openChanges(CustomerEntity, change.changes),
    }),
  });
  await publishChanges(work, {
    type: CustomerParticularsChanged,
    changes: changes.filter((change) => changesParticulars(change, fields)),
    customerId,
    data: ({ after }) => particularsOf(after, fields),
  });
}

export const customersDeleted = (work: Work, rows: readonly Customer[]): Promise<void> =>
  publishRows(work, {
    type: CustomerDeleted,
    rows,
    customerId,
    data: ({ ownerId, teamId }) => ({ ownerId, teamId }),
  });

export async function customerRestored(work: Work, customer: Customer): Promise<void> {
  const fields = await definitionsFor(work, [customer]);
  const data = (row: Customer): CustomerData => customerData(row, fields);
  await publishRows(work, { type: CustomerRestored, rows: [customer], customerId, data });
}

/** Without values there is nothing to be told apart by the classes of their fields. */
export const definitionsFor = async (
  { manager }: Pick<Work, 'manager'>,
  rows: readonly Customer[],
): Promise<CustomFields> =>
  rows.some(({ customFields }) => Object.keys(customFields ?? {}).length > 0)
    ? findCustomFields(manager, CustomerEntity.name)
    : new Map();

/** What others are told of a customer. */
export const customerData = (customer: Customer, fields: CustomFields): CustomerData => ({
  code: customer.code,
  kind: customer.kind,
  name: customer.name,
  shortName: customer.shortName,
  country: customer.address?.country ?? null,
  province: customer.address?.province ?? null,
  city: customer.address?.city ?? null,
  industry: customer.industry,
  legalForm: customer.legalForm,
  establishedOn: customer.establishedOn,
  level: customer.level,
  categories: customer.categories,
  channelRole: customer.channelRole,
  lifecycleStage: customer.lifecycleStage,
  designation: customer.designation,
  source: customer.source,
  ownerId: customer.ownerId,
  teamId: customer.teamId,
  customFields: toldValues(customer.customFields, fields, ['PUBLIC', 'INTERNAL']),
});

/** What services reckon with beyond that, and nobody else is told. */
const particularsOf = (
  { finance, customFields }: Pick<Customer, 'customFields' | 'finance'>,
  fields: CustomFields,
): CustomerParticulars => {
  const told = finance ?? noFinance;
  return {
    bankCreditRating: told.bankCreditRating,
    registeredCapital: told.registeredCapital,
    paidInCapital: told.paidInCapital,
    fundingPosition: told.fundingPosition,
    taxpayerType: told.taxpayerType,
    accountingBooks: told.accountingBooks,
    tradeCreditRating: told.tradeCreditRating,
    paymentBehaviour: told.paymentBehaviour,
    customFields: toldValues(customFields, fields, ['CONFIDENTIAL']),
  };
};

const noFinance: Omit<CustomerParticulars, 'customFields'> = {
  bankCreditRating: null,
  registeredCapital: null,
  paidInCapital: null,
  fundingPosition: null,
  taxpayerType: null,
  accountingBooks: null,
  tradeCreditRating: null,
  paymentBehaviour: null,
};

const hasParticulars = (row: Customer, fields: CustomFields): boolean =>
  JSON.stringify(particularsOf(row, fields)) !== nothing;

const nothing = JSON.stringify(particularsOf({ finance: null, customFields: null }, new Map()));

const changesParticulars = ({ before, after }: Change<Customer>, fields: CustomFields): boolean =>
  JSON.stringify(particularsOf(before, fields)) !== JSON.stringify(particularsOf(after, fields));

export const customerSnapshot = snapshotOf({
  entity: CustomerEntity,
  type: CustomerCreated,
  customerId,
  data: customerData,
});

export const customerParticularsSnapshot = snapshotOf({
  entity: CustomerEntity,
  type: CustomerParticularsChanged,
  customerId,
  data: particularsOf,
});
