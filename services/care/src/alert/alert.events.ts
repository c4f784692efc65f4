import type { Work } from '@crm/kit/record/command';
import type { EventType } from '@crm/kit/event/event';
import { publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import { AlertOpened, type AlertData } from '@crm/schemas/events/alert';
import { AlertEntity, type Alert } from './alert.fields.ts';

/** Tells what became of alerts, in their new state. */
export const tell = (
  work: Work,
  type: EventType<AlertData>,
  alerts: readonly Alert[],
): Promise<void> =>
  publishRows(work, { type, rows: alerts, customerId: ({ customerId }) => customerId, data });

const data = ({ ruleCode, severity, state, assigneeId, openedAt, closedAt }: Alert): AlertData => ({
  ruleCode,
  severity,
  state,
  assigneeId,
  openedAt: openedAt.toISOString(),
  closedAt: closedAt?.toISOString() ?? null,
});

export const alertSnapshot = snapshotOf({
  entity: AlertEntity,
  type: AlertOpened,
  customerId: ({ customerId }) => customerId,
  data,
});
