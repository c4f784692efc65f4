import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const termSchema = z.object({
  vocabulary: z.string(),
  code: z.string(),
  labels: z.object({ zh: z.string(), en: z.string() }),
  parent: z.string().nullable(),
  order: z.int(),
  active: z.boolean(),
});

/** An administrator defined a term of customers, or changed it. */
export const VocabularyTermSaved = defineEvent('vocabularyterm.saved', termSchema);
