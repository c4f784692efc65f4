import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

/** A file that belongs to one of the three. Its name may tell too much, and stays in its service. */
const competitorDocumentSchema = z.object({
  competitorId: z.uuid().nullable(),
  competitorProductId: z.uuid().nullable(),
  intelligenceItemId: z.uuid().nullable(),
  kind: z.string(),
  mimeType: z.string(),
  size: z.number().int(),
  /** Each replacement of its bytes is one more. */
  revision: z.number().int(),
});

export type CompetitorDocumentData = z.infer<typeof competitorDocumentSchema>;

export const CompetitorDocumentAttached = defineEvent(
  'competitordocument.attached',
  competitorDocumentSchema,
);
export const CompetitorDocumentReplaced = defineEvent(
  'competitordocument.replaced',
  competitorDocumentSchema,
);
export const CompetitorDocumentChanged = defineEvent(
  'competitordocument.changed',
  competitorDocumentSchema,
);
export const CompetitorDocumentRemoved = defineEvent(
  'competitordocument.removed',
  competitorDocumentSchema,
);
export const CompetitorDocumentRestored = defineEvent(
  'competitordocument.restored',
  competitorDocumentSchema,
);
