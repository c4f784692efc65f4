import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { dateText } from './values.ts';

const qualificationSchema = z.object({
  kind: z.string().nullable(),
  name: z.string(),
  validFrom: dateText.nullable(),
  validUntil: dateText.nullable(),
});

export type QualificationData = z.infer<typeof qualificationSchema>;

export const QualificationAdded = defineEvent('qualification.added', qualificationSchema);
export const QualificationChanged = defineEvent('qualification.changed', qualificationSchema);
export const QualificationRemoved = defineEvent('qualification.removed', qualificationSchema);
