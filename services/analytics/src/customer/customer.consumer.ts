import type { RecordedEvent } from '@crm/kit/event/event';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerMerged,
  CustomerRestored,
  CustomerUnmerged,
  CustomerUpdated,
} from '@crm/schemas/events/customer';
import type { EntityManager } from 'typeorm';
import { onMany } from '@crm/kit/event/consumer';
import { lockFigures } from '../fact/figure.repository.ts';
import { saveStates } from '../projection.ts';
import { CustomerEntity } from './customer.fields.ts';

const ends: readonly string[] = [CustomerDeleted.type, CustomerMerged.type];

/** Keeps what customers tells of its customers; a new one begins with figures of nothing. */
async function saveCustomers(
  manager: EntityManager,
  events: readonly RecordedEvent<object>[],
): Promise<void> {
  await saveStates(
    manager,
    CustomerEntity,
    events.map((event) => ({
      event,
      values: 'name' in event.data ? event.data : null,
      isEnded: ends.includes(event.type),
    })),
  );
  await lockFigures(
    manager,
    events.map(({ aggregateId }) => aggregateId),
  );
}

export const customerConsumer = onMany<object>(
  [
    CustomerCreated,
    CustomerUpdated,
    CustomerRestored,
    CustomerUnmerged,
    CustomerDeleted,
    CustomerMerged,
  ],
  saveCustomers,
);
