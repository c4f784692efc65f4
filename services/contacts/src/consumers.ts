import type { Consumer } from '@crm/kit/event/consumer';
import { customerAccessConsumer } from '@crm/kit/projection/customer-access';
import { mergedCustomerConsumer } from '@crm/kit/projection/merged-customer';
import { shareGrantConsumers } from '@crm/kit/projection/share-grant';
import { AccessGranted, AccessRevoked } from '@crm/schemas/events/access';
import { staffDirectoryConsumer } from '@crm/kit/projection/staff-directory';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerMerged,
  CustomerRestored,
  CustomerUnmerged,
  CustomerUpdated,
} from '@crm/schemas/events/customer';
import { StaffUpserted } from '@crm/schemas/events/directory';
import { optOutConsumer } from './consent/opt-out.consumer.ts';
import { careDoneConsumer } from './interaction/care-done.consumer.ts';
import { references } from './references.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  customerAccessConsumer({
    saved: [CustomerCreated, CustomerUpdated, CustomerRestored, CustomerUnmerged],
    ended: [CustomerDeleted, CustomerMerged],
  }),
  mergedCustomerConsumer({ merged: CustomerMerged, unmerged: CustomerUnmerged, references }),
  staffDirectoryConsumer(StaffUpserted),
  optOutConsumer,
  careDoneConsumer,
  ...shareGrantConsumers({ granted: AccessGranted, revoked: AccessRevoked }),
];
