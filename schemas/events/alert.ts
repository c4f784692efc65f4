import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { changesSchema } from './values.ts';

/** What became of an alert; the customer that it is about stands in the envelope. */
const alertSchema = z.object({
  ruleCode: z.string(),
  severity: z.string(),
  state: z.string(),
  assigneeId: z.uuid().nullable(),
  openedAt: z.iso.datetime(),
  /** Null while it is open. Events of before do not say. */
  closedAt: z.iso.datetime().nullable().optional(),
  /** Who had it before, where that is somebody else. */
  changes: changesSchema.optional(),
});

export type AlertData = z.infer<typeof alertSchema>;

export const AlertOpened = defineEvent('alert.opened', alertSchema);
/** The assignee changed, because the customer's owner did. */
export const AlertAssigned = defineEvent('alert.assigned', alertSchema);
export const AlertAcknowledged = defineEvent('alert.acknowledged', alertSchema);
export const AlertSnoozed = defineEvent('alert.snoozed', alertSchema);
/** It was snoozed, and the time is over. */
export const AlertWoken = defineEvent('alert.woken', alertSchema);
export const AlertEscalated = defineEvent('alert.escalated', alertSchema);
export const AlertResolved = defineEvent('alert.resolved', alertSchema);
export const AlertDismissed = defineEvent('alert.dismissed', alertSchema);
