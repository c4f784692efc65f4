import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import { insertPersonKeys, replacePersonKeys } from '../duplicate/duplicate.repository.ts';
import { personChanged, personCreated } from './person.events.ts';
import type { Person } from './person.fields.ts';

/** All that follows when people were made: others are told, and they are recognised from now on. */
export async function peopleCreated(work: Work, people: readonly Person[]): Promise<void> {
  await insertPersonKeys(work.manager, people);
  await personCreated(work, people);
}

export async function peopleChanged(work: Work, changes: readonly Change<Person>[]): Promise<void> {
  await replacePersonKeys(work.manager, changes);
  await personChanged(work, changes);
}
