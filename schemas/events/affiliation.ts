import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const affiliationSchema = z.object({
  personId: z.uuid(),
  /** Null for an organisation that is no customer. */
  customerId: z.uuid().nullable(),
  /** Events of before do not say. */
  externalOrganizationId: z.uuid().nullable().optional(),
  organizationName: z.string().nullable(),
  roles: z.array(z.string()),
  sequence: z.number().int().nullable(),
  department: z.string().nullable(),
  jobTitle: z.string().nullable(),
  isPrimary: z.boolean(),
  isProxy: z.boolean(),
  validFrom: dateText.nullable(),
  validTo: dateText.nullable(),
  endReason: z.string().nullable(),
});

export type AffiliationData = z.infer<typeof affiliationSchema>;

export const AffiliationStarted = defineEvent('affiliation.started', affiliationSchema);
export const AffiliationChanged = defineEvent('affiliation.changed', affiliationSchema);
export const AffiliationEnded = defineEvent('affiliation.ended', affiliationSchema);
/** It was a mistake, or its person was deleted. */
export const AffiliationRemoved = defineEvent('affiliation.removed', z.object({}));
export const AffiliationRestored = defineEvent('affiliation.restored', affiliationSchema);
/** 升迁, told as such: never guessed from a change of the title. */
export const AffiliationPromoted = defineEvent(
  'affiliation.promoted',
  affiliationSchema.extend({
    promotedOn: dateText,
    oldTitle: z.string().nullable(),
    newTitle: z.string(),
  }),
);
