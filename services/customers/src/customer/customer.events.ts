import type { Work } from '@crm/kit/record/command';
import { openChanges, publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Change } from '@crm/kit/record/record';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerRestored,
  CustomerUpdated,
  type CustomerData,
} from '@crm/schemas/events/customer';
import { CustomerEntity, type Customer } from './customer.fields.ts';

const customerId = ({ id }: Customer): string => id;

export const customerCreated = (work: Work, rows: readonly Customer[]): Promise<void> =>
  publishRows(work, { type: CustomerCreated, rows, customerId, data: customerData });

export const customerChanged = (work: Work, changes: readonly Change<Customer>[]): Promise<void> =>
  publishChanges(work, {
    type: CustomerUpdated,
    changes,
    customerId,
    data: (change) => ({
      ...customerData(change.after),
      changes: openChanges(CustomerEntity, change.changes),
    }),
  });

export const customersDeleted = (work: Work, rows: readonly Customer[]): Promise<void> =>
  publishRows(work, {
    type: CustomerDeleted,
    rows,
    customerId,
    data: ({ ownerId, teamId }) => ({ ownerId, teamId }),
  });

export const customerRestored = (work: Work, customer: Customer): Promise<void> =>
  publishRows(work, { type: CustomerRestored, rows: [customer], customerId, data: customerData });

/** What others are told of a customer. */
export const customerData = (customer: Customer): CustomerData => ({
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
});

export const customerSnapshot = snapshotOf({
  entity: CustomerEntity,
  type: CustomerCreated,
  customerId,
  data: customerData,
});
