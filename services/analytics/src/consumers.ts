import type { Consumer } from '@crm/kit/event/consumer';
import type { Projection } from '@crm/kit/event/rebuild';
import { mergedCustomerConsumer } from '@crm/kit/projection/merged-customer';
import { shareGrantConsumers } from '@crm/kit/projection/share-grant';
import { AccessGranted, AccessRevoked } from '@crm/schemas/events/access';
import { CustomerMerged, CustomerUnmerged } from '@crm/schemas/events/customer';
import { customFieldConsumer } from './customer/custom-field.consumer.ts';
import { customerConsumer } from './customer/customer.consumer.ts';
import { CustomerEntity } from './customer/customer.fields.ts';
import { directoryConsumers } from './directory/directory.consumer.ts';
import { ProductEntity, StaffMemberEntity, TeamEntity } from './directory/directory.fields.ts';
import { factConsumer } from './fact/fact.consumer.ts';
import { followConsumer } from './follow/follow.consumer.ts';
import { InteractionFact, OrderFact, PaymentFact, ReceivableFact } from './fact/fact.fields.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  customFieldConsumer,
  customerConsumer,
  ...directoryConsumers,
  factConsumer,
  followConsumer,
  ...shareGrantConsumers({ granted: AccessGranted, revoked: AccessRevoked }),
  // Facts follow their customers by the events of their own service.
  mergedCustomerConsumer({ merged: CustomerMerged, unmerged: CustomerUnmerged, references: [] }),
];

/** All that this service keeps and can make anew: not merges and grants, which no snapshot tells. */
export const projection: Projection = {
  service: 'analytics',
  consumers,
  tables: [
    CustomerEntity,
    StaffMemberEntity,
    TeamEntity,
    ProductEntity,
    OrderFact,
    PaymentFact,
    ReceivableFact,
    InteractionFact,
    { table: 'customerFigure' },
    { table: 'customField' },
  ].map(({ table }) => table),
};
