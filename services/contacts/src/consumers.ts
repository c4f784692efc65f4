import type { Consumer } from '@crm/kit/event/consumer';
import { customerAccessConsumer } from '@crm/kit/projection/customer-access';
import { staffDirectoryConsumer } from '@crm/kit/projection/staff-directory';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerRestored,
  CustomerUpdated,
} from '@crm/schemas/events/customer';
import { StaffUpserted } from '@crm/schemas/events/directory';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  customerAccessConsumer({
    saved: [CustomerCreated, CustomerUpdated, CustomerRestored],
    deleted: CustomerDeleted,
  }),
  staffDirectoryConsumer(StaffUpserted),
];
