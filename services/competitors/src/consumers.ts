import type { Consumer } from '@crm/kit/event/consumer';
import type { Projection } from '@crm/kit/event/rebuild';
import { customerAccessConsumer } from '@crm/kit/projection/customer-access';
import { mergedCustomerConsumer } from '@crm/kit/projection/merged-customer';
import { shareGrantConsumers } from '@crm/kit/projection/share-grant';
import { staffDirectoryConsumer } from '@crm/kit/projection/staff-directory';
import { AccessGranted, AccessRevoked } from '@crm/schemas/events/access';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerMerged,
  CustomerRestored,
  CustomerUnmerged,
  CustomerUpdated,
} from '@crm/schemas/events/customer';
import { StaffUpserted } from '@crm/schemas/events/directory';
import { profileConsumer } from './customer/profile.consumer.ts';
import { segmentConsumer } from './customer/segment.consumer.ts';
import { supplyConsumer } from './channel/supply.consumer.ts';
import { opportunityConsumer } from './opportunity/opportunity.consumer.ts';
import { productConsumers } from './product/product.consumer.ts';
import { settle } from './projection/settle.commands.ts';
import { references } from './references.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  customerAccessConsumer({
    saved: [CustomerCreated, CustomerUpdated, CustomerRestored, CustomerUnmerged],
    ended: [CustomerDeleted, CustomerMerged],
  }),
  mergedCustomerConsumer({ merged: CustomerMerged, unmerged: CustomerUnmerged, references }),
  staffDirectoryConsumer(StaffUpserted),
  ...shareGrantConsumers({ granted: AccessGranted, revoked: AccessRevoked }),
  profileConsumer,
  segmentConsumer,
  supplyConsumer,
  opportunityConsumer,
  ...productConsumers,
];

/** All that this service keeps of others and can make anew, beside the records that are its own. */
export const projection: Projection = {
  service: 'competitors',
  consumers,
  tables: [
    'customerAccess',
    'staffMember',
    'customerProfile',
    'supply',
    'opportunity',
    'ourProduct',
  ],
  lasting: ['customerAccess', 'staffMember', 'opportunity', 'ourProduct'],
  settle,
};
