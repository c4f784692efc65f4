import type { RecordedEvent } from '@crm/kit/event/event';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerMerged,
  CustomerParticularsChanged,
  CustomerRestored,
  CustomerUnmerged,
  CustomerUpdated,
} from '@crm/schemas/events/customer';
import type { EntityManager } from 'typeorm';
import { onMany } from '@crm/kit/event/consumer';
import { lockActivities } from '../fact/activity.repository.ts';
import { lockFigures } from '../fact/figure.repository.ts';
import { saveParticulars, saveStates, type State } from '@crm/kit/projection/state';
import { keptSeries, noteTraits, readTraits, type Traits } from '../rollup/change.repository.ts';
import { markDirty } from '../run/dirty.repository.ts';
import { saveChanges } from './customer-change.repository.ts';
import { PrivateCustomer, ToldCustomer } from './customer.fields.ts';

const isPrivate = ({ type }: RecordedEvent<object>): boolean =>
  type === CustomerParticularsChanged.type;

const ends: readonly string[] = [CustomerDeleted.type, CustomerMerged.type];

/** Keeps what customers tells of its customers; a new one begins with figures of nothing. */
async function saveCustomers(
  manager: EntityManager,
  events: readonly RecordedEvent<object>[],
): Promise<void> {
  const open = events.filter((event) => !isPrivate(event));
  const ids = open.map(({ aggregateId }) => aggregateId);
  // Before what they are is read: nobody else may change facts of theirs meanwhile.
  await lockFigures(manager, ids);
  await lockActivities(manager, ids);
  const kept = await keptSeries(manager);
  const traits = kept.length > 0 ? await readTraits(manager, ids) : new Map<string, Traits>();
  await saveStates(manager, ToldCustomer, open.map(stateOf));
  await saveParticulars(
    manager,
    PrivateCustomer,
    events.filter(isPrivate).map((event) => ({ event, values: particularsOf(event.data) })),
  );
  await saveChanges(manager, open);
  await noteTraits(manager, kept, traits);
  await markDirty(
    manager,
    events.map(({ aggregateId }) => ({
      subjectType: 'CUSTOMER' as const,
      subjectId: aggregateId,
      fact: 'SUBJECT',
    })),
  );
}

const stateOf = (event: RecordedEvent<object>): State => ({
  event,
  values: 'name' in event.data ? { ...event.data, openFields: customFieldsOf(event.data) } : null,
  isEnded: ends.includes(event.type),
});

const particularsOf = (finance: object): object => ({
  finance,
  confidentialFields: customFieldsOf(finance),
});

/** Events of before do not say. */
const customFieldsOf = (data: object): unknown =>
  'customFields' in data && data.customFields ? data.customFields : {};

export const customerConsumer = onMany<object>(
  [
    CustomerCreated,
    CustomerUpdated,
    CustomerRestored,
    CustomerUnmerged,
    CustomerDeleted,
    CustomerMerged,
    CustomerParticularsChanged,
  ],
  saveCustomers,
);
