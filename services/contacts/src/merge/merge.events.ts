import { publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import { PersonIdentified, PersonMerged, PersonUnmerged } from '@crm/schemas/events/person';
import { personData } from '../person/person.events.ts';
import type { Person } from '../person/person.fields.ts';

/** A person may be at several customers, so the event names none. */
const customerId = (): null => null;

type Told = (work: Work, person: Person, survivorId: string) => Promise<void>;

const gone =
  (type: typeof PersonMerged): Told =>
  (work, merged, survivorId) =>
    publishRows(work, {
      type,
      rows: [merged],
      customerId,
      data: ({ ownerId, teamId }) => ({ ownerId, teamId, survivorId }),
    });

export const personMerged = gone(PersonMerged);

/** It was a placeholder: the survivor is who it turned out to be, which may be itself. */
export const personIdentified = gone(PersonIdentified);

export const personUnmerged: Told = (work, merged, survivorId) =>
  publishRows(work, {
    type: PersonUnmerged,
    rows: [merged],
    customerId,
    data: (person) => ({ ...personData(work)(person), survivorId }),
  });
