import { onMany, type Consumer } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import { customerConsumer } from '../customer/customer.consumer.ts';
import { factConsumer } from '../fact/fact.consumer.ts';
import { noteDue } from './follow.repository.ts';

/** Whatever changes a customer's figures or what it is. */
const types = [customerConsumer, factConsumer].flatMap((consumer) => consumer.types);

const customerOf = ({ customerId }: RecordedEvent): string[] => (customerId ? [customerId] : []);

/** Has segments and stages looked at for whom something happened with. */
export const followConsumer: Consumer = onMany<object>(types, (manager, events) =>
  noteDue(manager, events.flatMap(customerOf)),
);
