import type { Work } from '@crm/kit/record/command';
import type { EventType } from '@crm/kit/event/event';
import { publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import { AlertOpened, type AlertData } from '@crm/schemas/events/alert';
import { AlertEntity, type Alert } from './alert.fields.ts';

/** What became of alerts. */
type Telling = {
  readonly type: EventType<AlertData>;
  /** In their new state. */
  readonly alerts: readonly Alert[];
  /** Who had them before, by their ids. */
  readonly former?: ReadonlyMap<string, string | null>;
};

export const tell = (work: Work, { type, alerts, former }: Telling): Promise<void> =>
  publishRows(work, {
    type,
    rows: alerts,
    customerId: ({ customerId }) => customerId,
    data: (alert) => ({ ...data(alert), ...handedOver(alert, former?.get(alert.id)) }),
  });

/** Whoever followed the alert as the former assignee hears that it is another's now. */
const handedOver = (
  { assigneeId: to }: Alert,
  from: string | null | undefined,
): Pick<AlertData, 'changes'> =>
  from === undefined || from === to ? {} : { changes: { assigneeId: { from, to } } };

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
