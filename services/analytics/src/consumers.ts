import type { Consumer } from '@crm/kit/event/consumer';
import { customerConsumer } from './customer/customer.consumer.ts';
import { directoryConsumers } from './directory/directory.consumer.ts';
import { factConsumer } from './fact/fact.consumer.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  customerConsumer,
  ...directoryConsumers,
  factConsumer,
];
