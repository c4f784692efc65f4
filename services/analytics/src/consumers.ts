import type { Consumer } from '@crm/kit/event/consumer';
import type { Projection } from '@crm/kit/event/rebuild';
import { customerConsumer } from './customer/customer.consumer.ts';
import { CustomerEntity } from './customer/customer.fields.ts';
import { directoryConsumers } from './directory/directory.consumer.ts';
import { ProductEntity, StaffMemberEntity, TeamEntity } from './directory/directory.fields.ts';
import { factConsumer } from './fact/fact.consumer.ts';
import { InteractionFact, OrderFact, PaymentFact, ReceivableFact } from './fact/fact.fields.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  customerConsumer,
  ...directoryConsumers,
  factConsumer,
];

/** All that this service keeps. */
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
  ].map(({ table }) => table),
};
