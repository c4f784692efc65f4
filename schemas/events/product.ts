import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

export const ProductUpserted = defineEvent(
  'product.upserted',
  z.object({
    code: z.string(),
    name: z.string(),
    category: z.string().nullable(),
    active: z.boolean(),
  }),
);
