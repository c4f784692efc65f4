import { on, onMany, type Consumer } from '@crm/kit/event/consumer';
import type { EventType, RecordedEvent } from '@crm/kit/event/event';
import type { Entity } from '@crm/kit/record/entity';
import { saveParticulars, saveStates } from '@crm/kit/projection/state';
import { revokeGrants, saveGrants } from '@crm/kit/projection/share-grant';
import { deleteMerged, saveMerged } from '@crm/kit/projection/survivor';
import {
  AffiliationChanged,
  AffiliationEnded,
  AffiliationPromoted,
  AffiliationRemoved,
  AffiliationRestored,
  AffiliationStarted,
} from '@crm/schemas/events/affiliation';
import { ConsentRecorded, ConsentWithdrawn } from '@crm/schemas/events/consent';
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
import { PersonShareGranted, PersonShareRevoked } from '@crm/schemas/events/person-share';
import { PreferenceChanged } from '@crm/schemas/events/preference';
import { RelationshipKinTold, RelationshipRemoved } from '@crm/schemas/events/relationship';
import type { EntityManager } from 'typeorm';
import { endPlaceholders, markDue, peopleOf, savePromotion } from './person.repository.ts';
import {
  AffiliationEntity,
  ConsentDecisionEntity,
  KinshipEntity,
  PersonPreferenceEntity,
  PrivatePerson,
  ToldPerson,
} from './person.fields.ts';
import { markDueOf } from '../pulse/pulse.repository.ts';
import { mergedPeople } from './merged-people.ts';

type Event = RecordedEvent<object>;

const isPrivate = ({ type }: Event): boolean => type === PersonParticularsChanged.type;

/** Of a person who is another one now nothing is told but that. */
async function savePeople(manager: EntityManager, events: readonly Event[]): Promise<void> {
  const open = events.filter((event) => !isPrivate(event) && !isItself(event));
  await saveStates(manager, ToldPerson, open.map(stateWith('name')));
  await endPlaceholders(manager, events.filter(isItself));
  await saveParticulars(
    manager,
    PrivatePerson,
    events.filter(isPrivate).map((event) => ({ event, values: event.data })),
  );
  const ids = events.map(({ aggregateId }) => aggregateId);
  await markDue(manager, ids);
  await markDueOf(manager, ids);
}

/** A placeholder that turned out to be nobody else goes on. */
const isItself = ({ aggregateId, data }: Event): boolean =>
  'survivorId' in data && data.survivorId === aggregateId && !('name' in data);

/** What an event leaves of a record: an end lacks the field, or hides it. */
const stateWith = (field: string) => (event: Event) => {
  const isTold = field in event.data && event.type !== RelationshipRemoved.type;
  return { event, values: isTold ? event.data : null, isEnded: !isTold };
};

/** Keeps records of people: `fields` name whose they are. */
const keeping = (
  entity: Entity,
  fields: readonly string[],
  types: readonly EventType[],
): Consumer =>
  onMany<object>(types, async (manager, events) => {
    const before = await peopleOf(manager, entity, { fields, events });
    await saveStates(manager, entity, events.map(stateWith(fields[0] ?? '')));
    const after = events.flatMap(({ data }) =>
      fields.flatMap((field): unknown => Reflect.get(data, field)),
    );
    const people = [...before, ...after.filter((each) => typeof each === 'string')];
    await markDue(manager, people);
    if (entity === AffiliationEntity) await markDueOf(manager, people);
  });

type Share = { readonly personId: string; readonly granteeId: string };
const grantOf = ({ personId: resourceId, granteeId }: Share) => ({ resourceId, granteeId });

export const personConsumers: readonly Consumer[] = [
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
  on([PersonMerged, PersonIdentified], async (manager, { aggregateId: id, data }) => {
    // A placeholder that turned out to be somebody may go on as itself.
    if (data.survivorId !== id)
      await saveMerged(manager, { id, survivorId: data.survivorId }, mergedPeople);
  }),
  on(PersonUnmerged, (manager, { aggregateId }) =>
    deleteMerged(manager, aggregateId, mergedPeople),
  ),
  keeping(
    AffiliationEntity,
    ['personId'],
    [
      AffiliationStarted,
      AffiliationChanged,
      AffiliationEnded,
      AffiliationPromoted,
      AffiliationRestored,
      AffiliationRemoved,
    ],
  ),
  on(AffiliationPromoted, (manager, { aggregateId, data }) =>
    savePromotion(manager, { ...data, affiliationId: aggregateId }),
  ),
  keeping(PersonPreferenceEntity, ['personId'], [PreferenceChanged]),
  keeping(ConsentDecisionEntity, ['personId'], [ConsentRecorded, ConsentWithdrawn]),
  keeping(KinshipEntity, ['fromId', 'toId'], [RelationshipKinTold, RelationshipRemoved]),
  on(PersonShareGranted, (manager, { data }) =>
    saveGrants(manager, [
      {
        ...grantOf(data),
        access: data.access,
        expiresAt: data.expiresAt === null ? null : new Date(data.expiresAt),
      },
    ]),
  ),
  on(PersonShareRevoked, (manager, { data }) => revokeGrants(manager, [grantOf(data)])),
];
