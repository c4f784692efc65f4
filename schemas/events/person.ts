import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { changesSchema, lastOwnerSchema } from './values.ts';

/** What other services and partners may know of a person. */
const personSchema = z.object({
  code: z.string(),
  name: z.string(),
  gender: z.string().nullable(),
  status: z.enum(['ACTIVE', 'PLACEHOLDER', 'DEPARTED', 'DECEASED']),
  ownerId: z.uuid().nullable(),
  teamId: z.uuid().nullable(),
});

export type PersonData = z.infer<typeof personSchema>;

export const PersonCreated = defineEvent('person.created', personSchema);
export const PersonUpdated = defineEvent(
  'person.updated',
  personSchema.extend({ changes: changesSchema }),
);
export const PersonDeleted = defineEvent('person.deleted', lastOwnerSchema);
export const PersonRestored = defineEvent('person.restored', personSchema);

const goneSchema = lastOwnerSchema.extend({
  /** Who it is now. */
  survivorId: z.uuid(),
});

export const PersonMerged = defineEvent('person.merged', goneSchema);
export const PersonUnmerged = defineEvent(
  'person.unmerged',
  personSchema.extend({ survivorId: z.uuid() }),
);
/** A placeholder turned out to be somebody: another person, who takes its place, or itself. */
export const PersonIdentified = defineEvent('person.identified', goneSchema);

export const calendarDateSchema = z.object({
  calendar: z.enum(['GREGORIAN', 'CHINESE_LUNAR']),
  year: z.number().int().nullable(),
  month: z.number().int(),
  day: z.number().int(),
  leapMonth: z.boolean(),
});

const particularsSchema = z.object({
  /** Null when it is not known, and for a child. */
  birthday: calendarDateSchema.nullable(),
  contactPoints: z.array(
    z.object({
      kind: z.enum(['OFFICE_PHONE', 'MOBILE', 'HOME_PHONE', 'FAX', 'EMAIL', 'IM']),
      value: z.string(),
      label: z.string().nullable(),
      isPreferred: z.boolean(),
    }),
  ),
});

export type PersonParticulars = z.infer<typeof particularsSchema>;

/**
 * The birthday and the contact points as they are now, each time one of them changes. One event for
 * both, since a version of a person has at most one private event.
 */
export const PersonParticularsChanged = defineEvent(
  'person.particulars_changed',
  particularsSchema,
  { visibility: 'private' },
);
