import type { Consumer } from '@crm/kit/event/consumer';
import { indicationConsumers, lifecycleConsumer } from './lifecycle/lifecycle.consumer.ts';
import { contactConsumer } from './pool/contact.consumer.ts';

/** What this service does when something happened elsewhere. */
export const consumers: readonly Consumer[] = [
  contactConsumer,
  lifecycleConsumer,
  ...indicationConsumers,
];
