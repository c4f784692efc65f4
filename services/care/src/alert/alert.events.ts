import type { Work } from '@crm/kit/record/command';
import type { EventType } from '@crm/kit/event/event';
import { publishRows } from '@crm/kit/event/publish';
import type { AlertData } from '@crm/schemas/events/alert';
import type { Alert } from './alert.fields.ts';

/** Tells what became of alerts, in their new state. */
export const tell = (
  work: Work,
  type: EventType<AlertData>,
  alerts: readonly Alert[],
): Promise<void> =>
  publishRows(work, { type, rows: alerts, customerId: ({ customerId }) => customerId, data });

const data = ({ ruleCode, severity, state, assigneeId, openedAt }: Alert): AlertData => ({
  ruleCode,
  severity,
  state,
  assigneeId,
  openedAt: openedAt.toISOString(),
});
