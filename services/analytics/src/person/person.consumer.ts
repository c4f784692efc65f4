import { onMany } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import {
  AffiliationChanged,
  AffiliationEnded,
  AffiliationPromoted,
  AffiliationRemoved,
  AffiliationRestored,
  AffiliationStarted,
} from '@crm/schemas/events/affiliation';
import {
  PersonCreated,
  PersonDeleted,
  PersonIdentified,
  PersonMerged,
  PersonParticularsChanged,
  PersonRestored,
  PersonUnmerged,
  PersonUpdated,
} from '@crm/schemas/events/person';
import type { EntityManager } from 'typeorm';
import { saveParticulars, saveStates } from '@crm/kit/projection/state';
import { markDirty } from '../run/dirty.repository.ts';
import { AffiliationEntity, PrivatePerson, ToldPerson } from './person.fields.ts';

const isPrivate = ({ type }: RecordedEvent<object>): boolean =>
  type === PersonParticularsChanged.type;

/** A placeholder that turned out to be nobody else goes on. */
const isItself = ({ aggregateId, data }: RecordedEvent<object>): boolean =>
  'survivorId' in data && data.survivorId === aggregateId;

/** Of a person who is another one now nothing is told but that. */
async function savePeople(
  manager: EntityManager,
  events: readonly RecordedEvent<object>[],
): Promise<void> {
  await saveStates(
    manager,
    ToldPerson,
    events
      .filter((event) => !isPrivate(event))
      .map((event) => {
        const isTold = 'name' in event.data;
        return { event, values: isTold ? event.data : null, isEnded: !isTold && !isItself(event) };
      }),
  );
  await saveParticulars(
    manager,
    PrivatePerson,
    events.filter(isPrivate).map((event) => ({ event, values: event.data })),
  );
  await markPeople(
    manager,
    events.map(({ aggregateId }) => aggregateId),
  );
}

/** They are others now, or are reached otherwise: models look at whom they are for. */
const markPeople = (manager: EntityManager, ids: readonly string[]): Promise<void> =>
  markDirty(
    manager,
    ids.map((subjectId) => ({ subjectType: 'PERSON', subjectId, fact: 'SUBJECT' })),
  );

async function saveAffiliations(
  manager: EntityManager,
  events: readonly RecordedEvent<object>[],
): Promise<void> {
  await saveStates(
    manager,
    AffiliationEntity,
    events.map((event) => {
      const isTold = 'personId' in event.data;
      return { event, values: isTold ? event.data : null, isEnded: !isTold };
    }),
  );
  await markPeople(
    manager,
    events.flatMap(({ data }) =>
      'personId' in data && typeof data.personId === 'string' ? data.personId : [],
    ),
  );
}

export const personConsumers = [
  onMany<object>(
    [
      PersonCreated,
      PersonUpdated,
      PersonRestored,
      PersonUnmerged,
      PersonDeleted,
      PersonMerged,
      PersonIdentified,
      PersonParticularsChanged,
    ],
    savePeople,
  ),
  onMany<object>(
    [
      AffiliationStarted,
      AffiliationChanged,
      AffiliationEnded,
      AffiliationPromoted,
      AffiliationRestored,
      AffiliationRemoved,
    ],
    saveAffiliations,
  ),
];
