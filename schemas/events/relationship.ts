import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

/** Who is of whose family is personal: of such a relation the people and what it is are null. */
const relationshipSchema = z.object({
  /** The code that a company gave the type: REPORTS_TO, INFLUENCES … */
  type: z.string().nullable(),
  category: z.enum(['WORK', 'FAMILY', 'INFLUENCE', 'SOCIAL']),
  fromId: z.uuid().nullable(),
  toId: z.uuid().nullable(),
  /** 0 to 100. */
  strength: z.int().nullable(),
  validFrom: dateText.nullable(),
  validTo: dateText.nullable(),
});

export type RelationshipData = z.infer<typeof relationshipSchema>;

export const RelationshipEstablished = defineEvent('relationship.established', relationshipSchema);
export const RelationshipChanged = defineEvent('relationship.changed', relationshipSchema);
export const RelationshipEnded = defineEvent('relationship.ended', relationshipSchema);
/** It was a mistake. */
export const RelationshipRemoved = defineEvent('relationship.removed', relationshipSchema);

const kinSchema = z.object({
  /** The code of the type: SPOUSE_OF, PARENT_OF, RELATIVE_OF … */
  type: z.string(),
  fromId: z.uuid(),
  toId: z.uuid(),
  validFrom: dateText.nullable(),
  validTo: dateText.nullable(),
});

export type KinData = z.infer<typeof kinSchema>;

/** What the public events of a relation within a family leave out, for care. */
export const RelationshipKinTold = defineEvent('relationship.kin_told', kinSchema, {
  visibility: 'private',
});
