import { on, type Consumer } from '@crm/kit/event/consumer';
import { endCustomerAccess, saveCustomerAccess } from '@crm/kit/projection/customer-access';
import { saveStaffMember } from '@crm/kit/projection/staff-directory';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerRestored,
  CustomerUpdated,
  type CustomerData,
} from '@crm/schemas/events/customer';
import { StaffUpserted } from '@crm/schemas/events/directory';
import {
  InteractionAmended,
  InteractionLogged,
  InteractionRemoved,
} from '@crm/schemas/events/interaction';
import { OrderAmended, OrderCancelled, OrderRecorded } from '@crm/schemas/events/order';
import { endPulse, saveFact, savePulse } from './pulse.repository.ts';

export const pulseConsumers: readonly Consumer[] = [
  on<CustomerData>([CustomerCreated, CustomerUpdated, CustomerRestored], async (manager, event) => {
    await saveCustomerAccess(manager, event);
    await savePulse(manager, event);
  }),
  on(CustomerDeleted, async (manager, event) => {
    await endCustomerAccess(manager, event);
    await endPulse(manager, event);
  }),
  on([OrderRecorded, OrderAmended, OrderCancelled], (manager, event) =>
    saveFact(manager, {
      table: 'customerOrder',
      id: event.aggregateId,
      customerId: event.customerId,
      at: event.data.status === 'CANCELLED' ? null : event.data.orderedOn,
    }),
  ),
  on([InteractionLogged, InteractionAmended], (manager, { aggregateId, data }) =>
    saveFact(manager, {
      table: 'customerInteraction',
      id: aggregateId,
      customerId: data.customerId,
      at: new Date(data.occurredAt),
    }),
  ),
  on(InteractionRemoved, (manager, { aggregateId }) =>
    saveFact(manager, {
      table: 'customerInteraction',
      id: aggregateId,
      customerId: null,
      at: null,
    }),
  ),
  on(StaffUpserted, saveStaffMember),
];
