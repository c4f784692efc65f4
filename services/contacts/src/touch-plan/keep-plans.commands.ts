import type { Changes } from '@crm/kit/record/audit';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { rowWith } from '@crm/kit/record/entity';
import { writeChanges } from '@crm/kit/record/record';
import type { Interaction } from '../interaction/interaction.fields.ts';
import { touchPlanCompleted, touchPlanReopened } from './touch-plan.events.ts';
import { TouchPlanEntity, type TouchPlan } from './touch-plan.fields.ts';
import { lockKeptBy, lockPlansWith } from './touch-plan.repository.ts';
import { afterTouch, keepsPlan } from './touch-plan.ts';

/** What is different in a plan after it has gone on. */
export const changesTo = (plan: TouchPlan, to: Partial<TouchPlan>): Changes =>
  Object.fromEntries(
    Object.entries(to)
      .map(([name, value]) => [name, { from: Reflect.get(plan, name) ?? null, to: value }] as const)
      .filter(([, change]) => change.from !== change.to),
  );

/** Completes the plans that interactions keep, in the transaction that records these. */
export async function keepPlans(work: Work, interactions: readonly Interaction[]): Promise<void> {
  const plans = await lockPlansWith(work.manager, {
    personIds: [...new Set(interactions.flatMap(({ participantIds }) => participantIds))],
    customerIds: [...new Set(interactions.flatMap(({ customerId }) => customerId ?? []))],
  });
  if (plans.length === 0) return;
  const inOrder = interactions.toSorted(
    (one, other) => one.occurredAt.getTime() - other.occurredAt.getTime(),
  );
  const kept = plans.map((before) => ({
    before,
    changes: changesTo(before, progressBy(before, inOrder)),
  }));
  await touchPlanCompleted(work, await writeChanges(work, TouchPlanEntity, kept));
}

/** Several may keep a plan with a cadence, one after the other. */
function progressBy(plan: TouchPlan, interactions: readonly Interaction[]): Partial<TouchPlan> {
  let current = plan;
  let progress: Partial<TouchPlan> = {};
  for (const interaction of interactions) {
    if (!keepsPlan(current, interaction)) continue;
    const on = companyDate(interaction.occurredAt);
    progress = afterTouch(current, { on, interactionId: interaction.id });
    current = rowWith(TouchPlanEntity, current, progress);
  }
  return progress;
}

/** Opens again what an interaction has completed that turns out not to have taken place. */
export async function reopenPlans(work: Work, { id }: Interaction): Promise<void> {
  const today = companyDate(work.now);
  const planned = (await lockKeptBy(work.manager, id)).map((before) => ({
    before,
    changes: changesTo(before, {
      nextDueOn: before.previousDueOn ?? today,
      status: 'PLANNED',
      lastCompletedOn: null,
      lastInteractionId: null,
      previousDueOn: null,
    }),
  }));
  await touchPlanReopened(work, await writeChanges(work, TouchPlanEntity, planned));
}
