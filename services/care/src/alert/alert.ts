import { ruleViolation } from '@crm/kit/errors';
import type { Alert } from './alert.fields.ts';

type State = Alert['state'];

/** The fields that a step sets. */
export type Step = Partial<Omit<Alert, keyof typeof fixed>>;

const fixed = { id: true, version: true, ruleId: true, customerId: true } as const;

const open: readonly State[] = ['OPEN', 'ACKNOWLEDGED', 'SNOOZED'];

const isOpen = ({ state }: Pick<Alert, 'state'>): boolean => open.includes(state);

type Who = { readonly now: Date; readonly staffId: string | null };

/** Somebody sees to it: it is not escalated any more. A second time changes nothing. */
export function acknowledge(alert: Pick<Alert, 'state'>, { now }: Who): Step {
  requireOpen(alert);
  if (alert.state === 'ACKNOWLEDGED') return {};
  return { state: 'ACKNOWLEDGED', acknowledgedAt: now, snoozedUntil: null };
}

const snoozeDaysMax = 365;
const dayMs = 86_400_000;

/** It shall come back later. */
export function snooze(
  alert: Pick<Alert, 'state'>,
  {
    until,
    isSnoozable,
    now,
  }: { readonly until: Date; readonly isSnoozable: boolean; readonly now: Date },
): Step {
  requireOpen(alert);
  if (!isSnoozable) throw ruleViolation('Alerts of this rule may not be snoozed');
  const days = (until.getTime() - now.getTime()) / dayMs;
  if (days <= 0 || days > snoozeDaysMax) {
    throw ruleViolation(`An alert is snoozed until a time within ${snoozeDaysMax} days`);
  }
  return { state: 'SNOOZED', snoozedUntil: until };
}

/** Nothing is to be done about it. It does not come back before its cause was gone. */
export function dismiss(alert: Pick<Alert, 'state'>, note: string, { now, staffId }: Who): Step {
  requireOpen(alert);
  return { state: 'DISMISSED', closedAt: now, closedById: staffId, snoozedUntil: null, note };
}

function requireOpen(alert: Pick<Alert, 'state'>): void {
  if (!isOpen(alert)) throw ruleViolation(`The alert is ${alert.state.toLowerCase()} already`);
}
