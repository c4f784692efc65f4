import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { changesOf } from '@crm/kit/record/difference';
import { AppError, forbidden, notFound } from '@crm/kit/errors';
import type { EventType } from '@crm/kit/event/event';
import { refused } from '@crm/kit/record/input';
import { allow, scopeSql } from '@crm/kit/record/policy';
import { lockForWriting, writableIds, writeChange } from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import {
  AlertAcknowledged,
  AlertDismissed,
  AlertSnoozed,
  type AlertData,
} from '@crm/schemas/events/alert';
import { AlertRuleEntity } from '../rule/rule.fields.ts';
import { tell } from './alert.events.ts';
import { AlertEntity, type Alert } from './alert.fields.ts';
import { acknowledge, dismiss, snooze, type Step } from './alert.ts';

type AlertInput = {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(AlertEntity);

export const acknowledgeAlert = (context: RequestContext, input: AlertInput): Promise<Alert> =>
  runCommand(context, { name: 'acknowledgeAlert', input, memory }, async (work) => {
    const alert = await lockAlert(work, input);
    return take(work, alert, { step: acknowledge(alert, who(work)), type: AlertAcknowledged });
  });

export const snoozeAlert = (
  context: RequestContext,
  input: AlertInput & { readonly until: Date },
): Promise<Alert> =>
  runCommand(context, { name: 'snoozeAlert', input, memory }, async (work) => {
    const alert = await lockAlert(work, input);
    const [rule] = await findByIds(work.manager, AlertRuleEntity, { ids: [alert.ruleId] });
    const isSnoozable = rule?.snoozable ?? false;
    const step = snooze(alert, { until: input.until, isSnoozable, now: work.now });
    return take(work, alert, { step, type: AlertSnoozed });
  });

const reasonMax = 500;

export const dismissAlert = (
  context: RequestContext,
  input: AlertInput & { readonly reason: string },
): Promise<Alert> =>
  runCommand(context, { name: 'dismissAlert', input, memory }, async (work) => {
    const reason = input.reason.trim();
    if (reason === '' || Array.from(reason).length > reasonMax || reason.includes('\0')) {
      const message = `must be a text of 1 to ${reasonMax} characters`;
      throw refused(AlertEntity, [{ path: 'reason', message }]);
    }
    const alert = await lockAlert(work, input);
    return take(work, alert, { step: dismiss(alert, reason, who(work)), type: AlertDismissed });
  });

const who = ({ now, viewer }: Work) => ({ now, staffId: viewer.staffId });

async function lockAlert(work: Work, { id, expectedVersion }: AlertInput): Promise<Alert> {
  allow(work.viewer, 'write', 'alerts');
  await requireReadable(work, id);
  if (!(await writableIds(work, AlertEntity, [id])).has(id)) {
    throw forbidden('You may read this alert: whoever may change its customer sees to it');
  }
  const alert = await lockForWriting(work, AlertEntity, id);
  if (typeof expectedVersion === 'number' && expectedVersion !== alert.version) {
    throw new AppError('CONFLICT', `Alert is at version ${alert.version}: read it again`, {
      currentVersion: alert.version,
    });
  }
  return alert;
}

/** An alert is there for nobody who may not read it, whoever may change its customer. */
async function requireReadable({ manager, viewer, now }: Work, id: string): Promise<void> {
  const scope = scopeSql(viewer, 'read', { entity: AlertEntity, alias: 't', now });
  const [alert] = await findByIds(manager, AlertEntity, { ids: [id], scope });
  if (!alert) throw notFound('Alert', id);
}

type Taken = { readonly step: Step; readonly type: EventType<AlertData> };

async function take(work: Work, before: Alert, { step, type }: Taken): Promise<Alert> {
  const changes = changesOf(AlertEntity, before, new Map(Object.entries(step)));
  const { after } = await writeChange(work, AlertEntity, { before, changes });
  if (after.version !== before.version) await tell(work, { type, alerts: [after] });
  return after;
}
