import { onMany, type Consumer } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import { creditConsumer } from '../credit/credit.consumer.ts';
import { customerConsumer } from '../customer/customer.consumer.ts';
import { factConsumer } from '../fact/fact.consumer.ts';
import { personConsumers } from '../person/person.consumer.ts';
import { customersOfPeople, noteDue } from './follow.repository.ts';

const told = [customerConsumer, factConsumer, creditConsumer, ...personConsumers];

/** Whatever changes a customer's figures, what it is, or who is there. */
const types = told.flatMap((consumer) => consumer.types);

const customerOf = ({ customerId }: RecordedEvent): string[] => (customerId ? [customerId] : []);

/** Has segments and stages looked at for whom something happened with. */
export const followConsumer: Consumer = onMany<object>(types, async (manager, events) => {
  const people = events.filter(({ aggregate }) => aggregate === 'person');
  const ids = people.map(({ aggregateId }) => aggregateId);
  const known = await customersOfPeople(manager, ids);
  await noteDue(manager, [...events.flatMap(customerOf), ...known]);
});
