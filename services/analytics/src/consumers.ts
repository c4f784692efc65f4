import type { Consumer } from '@crm/kit/event/consumer';
import type { Projection } from '@crm/kit/event/rebuild';
import { mergedCustomerConsumer } from '@crm/kit/projection/merged-customer';
import { shareGrantConsumers } from '@crm/kit/projection/share-grant';
import { vocabularyConsumer } from '@crm/kit/projection/vocabulary';
import { AccessGranted, AccessRevoked } from '@crm/schemas/events/access';
import { CustomerMerged, CustomerUnmerged } from '@crm/schemas/events/customer';
import { VocabularyTermSaved } from '@crm/schemas/events/vocabulary';
import { creditConsumer } from './credit/credit.consumer.ts';
import { CreditAccountEntity } from './credit/credit.fields.ts';
import { customFieldConsumer } from './customer/custom-field.consumer.ts';
import { customerConsumer } from './customer/customer.consumer.ts';
import { CustomerEntity } from './customer/customer.fields.ts';
import { directoryConsumers } from './directory/directory.consumer.ts';
import {
  CompetitorEntity,
  ProductEntity,
  StaffMemberEntity,
  TeamEntity,
} from './directory/directory.fields.ts';
import { activityConsumer } from './fact/activity.consumer.ts';
import { ActivityFact } from './fact/activity.fields.ts';
import { factConsumer } from './fact/fact.consumer.ts';
import { followConsumer } from './follow/follow.consumer.ts';
import { facts } from './fact/fact-kinds.ts';
import { personConsumers } from './person/person.consumer.ts';
import { AffiliationEntity, PersonEntity } from './person/person.fields.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  vocabularyConsumer(VocabularyTermSaved),
  customFieldConsumer,
  customerConsumer,
  ...directoryConsumers,
  factConsumer,
  activityConsumer,
  ...personConsumers,
  creditConsumer,
  followConsumer,
  ...shareGrantConsumers({ granted: AccessGranted, revoked: AccessRevoked }),
  // Facts follow their customers by the events of their own service.
  mergedCustomerConsumer({ merged: CustomerMerged, unmerged: CustomerUnmerged, references: [] }),
];

/**
 * All that this service keeps and can make anew: not merges, grants and the history of customers,
 * which no snapshot tells.
 */
export const projection: Projection = {
  service: 'analytics',
  consumers,
  tables: [
    CustomerEntity,
    StaffMemberEntity,
    TeamEntity,
    ProductEntity,
    CompetitorEntity,
    ...Object.values(facts),
    PersonEntity,
    AffiliationEntity,
    CreditAccountEntity,
    ActivityFact,
    { table: 'receivablePayment' },
    { table: 'customerFigure' },
    { table: 'customerActivity' },
    { table: 'customField' },
    { table: 'vocabularyTerm' },
    { table: 'rollup' },
    { table: 'rollupDelta' },
    { table: 'rollupState' },
  ].map(({ table }) => table),
};
