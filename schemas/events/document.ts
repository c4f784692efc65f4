import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

/** A file that belongs to one of the three. Its name may tell too much, and stays in its service. */
const documentSchema = z.object({
  personId: z.uuid().nullable(),
  customerId: z.uuid().nullable(),
  interactionId: z.uuid().nullable(),
  kind: z.string(),
  mimeType: z.string(),
  size: z.number().int(),
  /** Each replacement of its bytes is one more. */
  revision: z.number().int(),
});

export type DocumentData = z.infer<typeof documentSchema>;

export const DocumentAttached = defineEvent('document.attached', documentSchema);
export const DocumentReplaced = defineEvent('document.replaced', documentSchema);
export const DocumentChanged = defineEvent('document.changed', documentSchema);
export const DocumentRemoved = defineEvent('document.removed', documentSchema);
export const DocumentRestored = defineEvent('document.restored', documentSchema);
