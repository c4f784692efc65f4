import type { FieldProblem } from '@crm/kit/errors';
import type { LifecycleRule, LifecycleStep } from './lifecycle.fields.ts';

type Step = Pick<LifecycleStep, 'active' | 'fromStage' | 'needsReason' | 'toStage'>;

/** The step that says whether one stage may follow another: the one that names both, if there is one. */
export function stepOf(
  steps: readonly Step[],
  { from, to }: { readonly from: string; readonly to: string },
): Step | undefined {
  const leading = steps.filter(({ toStage }) => toStage === to);
  return (
    leading.find(({ fromStage }) => fromStage === from) ??
    leading.find(({ fromStage }) => fromStage === null)
  );
}

type Asked = {
  readonly from: string;
  readonly to: string;
  readonly reason: string | null;
  /** Whether the customer has ordered something that was not cancelled. */
  readonly hasOrders: boolean;
};

/** Why a customer may not come to a stage, in words; null when it may. */
export function refusalOf(
  steps: readonly Step[],
  { from, to, reason, hasOrders }: Asked,
): string | null {
  const step = stepOf(steps, { from, to });
  if (!step?.active) return `${to} may not follow ${from}`;
  if (reason !== null && reason.trim() !== '') return null;
  if (step.needsReason) return `${to} needs a reason`;
  return to === 'TRADING' && !hasOrders
    ? 'TRADING needs an order, or a reason why the customer trades without one'
    : null;
}

const dwellMax = 3650;

export function ruleProblems({
  minDwellDays,
  priority,
  labels,
}: Pick<LifecycleRule, 'labels' | 'minDwellDays' | 'priority'>): FieldProblem[] {
  const checks: readonly (readonly [boolean, string, string])[] = [
    [minDwellDays < 0 || minDwellDays > dwellMax, 'minDwellDays', `must be from 0 to ${dwellMax}`],
    [priority < 0 || priority > 1000, 'priority', 'must be from 0 to 1000'],
    [(labels?.zh ?? '').trim() === '', 'labels', 'must not be empty'],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}
