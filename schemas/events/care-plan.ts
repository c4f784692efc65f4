import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const carePlanSchema = z.object({
  name: z.string(),
  occasionId: z.uuid(),
  category: z.string(),
  target: z.string(),
  mode: z.string(),
  status: z.string(),
  ownerId: z.uuid().nullable(),
  teamId: z.uuid().nullable(),
});

export type CarePlanData = z.infer<typeof carePlanSchema>;

export const CarePlanCreated = defineEvent('careplan.created', carePlanSchema);
export const CarePlanChanged = defineEvent('careplan.changed', carePlanSchema);
/** Its audience is so large that somebody else has to approve it. */
export const CarePlanSubmitted = defineEvent('careplan.submitted', carePlanSchema);
export const CarePlanActivated = defineEvent('careplan.activated', carePlanSchema);
export const CarePlanPaused = defineEvent('careplan.paused', carePlanSchema);
/** Its last day is over. */
export const CarePlanFinished = defineEvent('careplan.finished', carePlanSchema);
