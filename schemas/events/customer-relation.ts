import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const party = z.enum(['CUSTOMER', 'EXTERNAL']);

const relationSchema = z.object({
  /** The code that a company gave the type: SUBSIDIARY_OF, SUPPLIES … */
  type: z.string(),
  fromId: z.uuid(),
  fromKind: party,
  toId: z.uuid(),
  toKind: party,
  validFrom: dateText.nullable(),
  validTo: dateText.nullable(),
});

export type CustomerRelationData = z.infer<typeof relationSchema>;

export const CustomerRelationEstablished = defineEvent(
  'customerrelation.established',
  relationSchema,
);
export const CustomerRelationChanged = defineEvent('customerrelation.changed', relationSchema);
export const CustomerRelationEnded = defineEvent('customerrelation.ended', relationSchema);
/** It was a mistake. */
export const CustomerRelationRemoved = defineEvent('customerrelation.removed', relationSchema);
