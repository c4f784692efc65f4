import { newId } from '@crm/kit/id';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerUpdated,
  type CustomerData,
} from '@crm/schemas/events/customer';
import { StaffUpserted } from '@crm/schemas/events/directory';
import {
  InteractionLogged,
  InteractionRemoved,
  type InteractionData,
} from '@crm/schemas/events/interaction';
import { OrderCancelled, OrderRecorded, type OrderData } from '@crm/schemas/events/order';
import type { TestCare } from './care.ts';

export const nobody: CustomerData = {
  code: 'C-1',
  kind: 'ORGANIZATION',
  name: '恒泰机械',
  shortName: null,
  country: null,
  province: null,
  city: null,
  industry: null,
  legalForm: null,
  establishedOn: null,
  level: null,
  categories: [],
  channelRole: null,
  lifecycleStage: 'POTENTIAL',
  designation: null,
  source: null,
  ownerId: null,
  teamId: null,
};

/** Has the customers service tell of a new customer; gives its id. */
export async function addCustomer(
  care: TestCare,
  customer: Partial<CustomerData> = {},
): Promise<string> {
  const id = newId();
  await care.tell(CustomerCreated, { id, customerId: id, data: { ...nobody, ...customer } });
  return id;
}

export const changeCustomer = (
  care: TestCare,
  id: string,
  customer: Partial<CustomerData>,
): Promise<void> =>
  care.tell(CustomerUpdated, { id, customerId: id, data: { ...nobody, ...customer, changes: {} } });

export const removeCustomer = (care: TestCare, id: string): Promise<void> =>
  care.tell(CustomerDeleted, { id, customerId: id, data: {} });

export async function addStaff(
  care: TestCare,
  staff: { readonly managerId?: string; readonly teamId?: string } = {},
): Promise<string> {
  const id = newId();
  const data = { code: `S-${id}`, name: '王芳', active: true, teamId: null, managerId: null };
  await care.tell(StaffUpserted, { id, data: { ...data, ...staff } });
  return id;
}

const order = (orderedOn: string, status: string): OrderData => ({
  number: 'SO-1',
  orderedOn,
  status,
  amount: { amount: '100.00', currency: 'CNY' },
  salespersonId: null,
  lines: [],
});

export async function addOrder(care: TestCare, customerId: string, on: string): Promise<string> {
  const id = newId();
  await care.tell(OrderRecorded, { id, customerId, data: order(on, 'PLACED') });
  return id;
}

export const cancelOrder = (
  care: TestCare,
  { id, customerId, on }: { readonly id: string; readonly customerId: string; readonly on: string },
): Promise<void> => care.tell(OrderCancelled, { id, customerId, data: order(on, 'CANCELLED') });

/** Has the contacts service tell of a visit; gives its id. */
export async function addVisit(care: TestCare, customerId: string, at: Date): Promise<string> {
  const id = newId();
  const data: InteractionData = {
    kind: 'VISIT',
    direction: 'OUTBOUND',
    customerId,
    personIds: [],
    staffIds: [],
    occurredAt: at.toISOString(),
    outcome: null,
    nextTouchOn: null,
  };
  await care.tell(InteractionLogged, { id, customerId, data });
  return id;
}

export const removeVisit = (care: TestCare, id: string): Promise<void> =>
  care.tell(InteractionRemoved, { id, data: {} });
