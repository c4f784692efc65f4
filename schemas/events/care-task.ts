import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

/** Care for a person. When it is, and whose birthday, is personal and not told. */
const careTaskSchema = z.object({
  planId: z.uuid().nullable(),
  personId: z.uuid(),
  customerId: z.uuid().nullable(),
  occasionId: z.uuid().nullable(),
  category: z.string(),
  state: z.string(),
  /** Why it is suppressed, excluded, skipped or failed. */
  reason: z.string().nullable(),
  channel: z.string().nullable(),
  assigneeId: z.uuid().nullable(),
});

export type CareTaskData = z.infer<typeof careTaskSchema>;

/** Somebody has to confirm it. */
export const CareTaskProposed = defineEvent('caretask.proposed', careTaskSchema);
/** It is to be done by somebody. */
export const CareTaskSelected = defineEvent('caretask.selected', careTaskSchema);
/** It is sent when it is due. */
export const CareTaskScheduled = defineEvent('caretask.scheduled', careTaskSchema);
/** When, by what or by whom, and not what becomes of it. */
export const CareTaskChanged = defineEvent('caretask.changed', careTaskSchema);
export const CareTaskExcluded = defineEvent('caretask.excluded', careTaskSchema);
export const CareTaskSuppressed = defineEvent('caretask.suppressed', careTaskSchema);
/** It is too late, or the person is not of the audience any more. */
export const CareTaskSkipped = defineEvent('caretask.skipped', careTaskSchema);
export const CareTaskSent = defineEvent('caretask.sent', careTaskSchema);
export const CareTaskFailed = defineEvent('caretask.failed', careTaskSchema);
/** Somebody has done it. */
export const CareTaskDone = defineEvent(
  'caretask.done',
  careTaskSchema.extend({ doneAt: z.iso.datetime() }),
);
