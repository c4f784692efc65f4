import type { App } from '@crm/kit/context';
import { newId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { writeChanges } from '@crm/kit/record/record';
import { startTask, type Task } from '@crm/kit/task';
import { systemViewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { changesTo } from './keep-plans.commands.ts';
import { touchPlanDue, touchPlanMissed } from './touch-plan.events.ts';
import { TouchPlanEntity, type TouchPlan } from './touch-plan.fields.ts';
import { lockLate } from './touch-plan.repository.ts';
import { afterMiss } from './touch-plan.ts';

const pollMs = 60_000;
const plansAtOnce = 200;

/** Says which plans have come due and which were missed, in one of the service's processes. */
export const startTouchPlanJob = (app: App): Task =>
  startTask(app, {
    name: 'touch-plan',
    pollMs,
    step: (manager) => followPlans(manager, app.now()),
  });

/** One part of it. Tells whether there may be more to do at once. */
export async function followPlans(manager: EntityManager, now: Date): Promise<boolean> {
  const work: Work = {
    manager,
    viewer: systemViewer('contacts:touch-plan'),
    now,
    requestId: newId(),
  };
  const today = companyDate(now);
  const late = await lockLate(manager, { today, limit: plansAtOnce });
  const due = late.filter(({ status }) => status === 'PLANNED');
  const missed = late.filter(({ status }) => status === 'DUE');
  await touchPlanDue(work, await moved(work, due, () => ({ status: 'DUE' })));
  await touchPlanMissed(work, await moved(work, missed, (plan) => afterMiss(plan, today)));
  return late.length >= plansAtOnce;
}

const moved = (
  work: Work,
  plans: readonly TouchPlan[],
  to: (plan: TouchPlan) => Partial<TouchPlan>,
): ReturnType<typeof writeChanges<TouchPlan>> =>
  writeChanges(
    work,
    TouchPlanEntity,
    plans.map((before) => ({ before, changes: changesTo(before, to(before)) })),
  );
