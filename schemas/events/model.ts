import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const modelSchema = z.object({
  /** The model's code. */
  code: z.string(),
  modelVersion: z.number().int(),
  effectiveFrom: z.iso.datetime(),
  retiredAt: z.iso.datetime().nullable(),
});

export type ModelData = z.infer<typeof modelSchema>;

/** A version of an evaluation model: scores are made by it from `effectiveFrom` on. */
export const ModelPublished = defineEvent('model.published', modelSchema);
/** No scores are made by the model any more. */
export const ModelRetired = defineEvent('model.retired', modelSchema);
