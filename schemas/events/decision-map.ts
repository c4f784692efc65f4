import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const mapSchema = z.object({
  customerId: z.uuid(),
  /** Null for the map that is about no opportunity in particular. */
  opportunityId: z.uuid().nullable(),
  name: z.string(),
});

/** It was made, or it or one of its nodes is different now; its version says which state was told. */
export const DecisionMapChanged = defineEvent('decisionmap.changed', mapSchema);
