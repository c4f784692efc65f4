import type { Work } from '@crm/kit/record/command';
import { openChanges, publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Change } from '@crm/kit/record/record';
import {
  PersonCreated,
  PersonDeleted,
  PersonParticularsChanged,
  PersonRestored,
  PersonUpdated,
  type PersonData,
  type PersonParticulars,
} from '@crm/schemas/events/person';
import { isGuarded, PersonEntity, type Person } from './person.fields.ts';
import { birthdayOf } from './person.ts';

/** A person may be at several customers, so the event names none. */
const customerId = (): null => null;

export async function personCreated(work: Work, rows: readonly Person[]): Promise<void> {
  await publishRows(work, { type: PersonCreated, rows, customerId, data: personData(work) });
  await publishRows(work, {
    type: PersonParticularsChanged,
    rows: rows.filter(({ birthday, contactPoints }) => birthday ?? contactPoints?.length),
    customerId,
    data: particulars(work),
  });
}

export async function personChanged(work: Work, changes: readonly Change<Person>[]): Promise<void> {
  await publishChanges(work, {
    type: PersonUpdated,
    changes,
    customerId,
    data: ({ after, changes: all }) => {
      const { contactPoints: _, ...open } = openChanges(PersonEntity, all);
      return { ...personData(work)(after), changes: isGuarded(after, work.now) ? {} : open };
    },
  });
  await publishChanges(work, {
    type: PersonParticularsChanged,
    changes: changes.filter(({ changedFields }) => changedFields.some(isParticular)),
    customerId,
    data: ({ after }) => particulars(work)(after),
  });
}

const isParticular = (field: string): boolean =>
  field === 'contactPoints' || field.startsWith('birthday.');

export const personDeleted = (work: Work, person: Person): Promise<void> =>
  publishRows(work, {
    type: PersonDeleted,
    rows: [person],
    customerId,
    data: ({ ownerId, teamId }) => ({ ownerId, teamId }),
  });

export async function personRestored(work: Work, person: Person): Promise<void> {
  await publishRows(work, {
    type: PersonRestored,
    rows: [person],
    customerId,
    data: personData(work),
  });
  await publishRows(work, {
    type: PersonParticularsChanged,
    rows: [person],
    customerId,
    data: particulars(work),
  });
}

/** Of a child no more is told than by what it is known. */
export const personData =
  ({ now }: Pick<Work, 'now'>) =>
  (person: Person): PersonData => {
    const { code, name, status, ownerId, teamId } = person;
    const gender = isGuarded(person, now) ? null : person.gender;
    return { code, name, gender, status, ownerId, teamId };
  };

/** What is known of a child stays in this service. */
const particulars =
  ({ now }: Pick<Work, 'now'>) =>
  (person: Person): PersonParticulars => {
    if (isGuarded(person, now)) return { birthday: null, contactPoints: [] };
    return { birthday: birthdayOf(person), contactPoints: [...(person.contactPoints ?? [])] };
  };

const asOfNow =
  <Data>(told: (work: Pick<Work, 'now'>) => (person: Person) => Data) =>
  (person: Person): Data =>
    told({ now: new Date() })(person);

export const personSnapshot = snapshotOf({
  entity: PersonEntity,
  type: PersonCreated,
  customerId,
  data: asOfNow(personData),
});

export const particularsSnapshot = snapshotOf({
  entity: PersonEntity,
  type: PersonParticularsChanged,
  customerId,
  data: asOfNow(particulars),
});
