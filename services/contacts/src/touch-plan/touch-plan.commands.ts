import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { awaitCustomers, lockCustomer } from '@crm/kit/projection/customer-access';
import { teamsOfStaff } from '@crm/kit/projection/staff-directory';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  writeChange,
  type Rules,
} from '@crm/kit/record/record';
import { lockPerson } from '../person/person.repository.ts';
import { changesTo } from './keep-plans.commands.ts';
import {
  touchPlanCancelled,
  touchPlanChanged,
  touchPlanCompleted,
  touchPlanned,
} from './touch-plan.events.ts';
import { TouchPlanEntity, type TouchPlan } from './touch-plan.fields.ts';
import { afterTouch, graceDefault, isOpen, nextDue, touchPlanProblems } from './touch-plan.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

type PlanInput = Repeatable & {
  readonly ownerId?: string | null;
  readonly cadenceDays?: number | null;
  readonly dueOn?: string | null;
};

type NewPlan = PlanInput & {
  readonly personId?: string | null;
  readonly customerId?: string | null;
};

const memory = rowMemory(TouchPlanEntity);

export async function planTouch(context: RequestContext, input: NewPlan): Promise<TouchPlan> {
  await awaitCustomers(context, [input.customerId]);
  return runCommand(context, { name: 'planTouch', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'touch plans');
    const customerId = input.customerId ? await lockCustomer(work, input.customerId) : null;
    // Whoever answers for the customer may plan to see those who can be read there.
    const personId = input.personId
      ? (await lockPerson(work, customerId === null ? 'write' : 'read', input.personId)).id
      : null;
    refusePast(work, input);
    const plan = await createRecord(work, TouchPlanEntity, {
      input: { ...input, customerId, personId },
      rules: await planRules(
        work,
        { ...input, ownerId: input.ownerId ?? work.viewer.staffId },
        true,
      ),
    });
    await touchPlanned(work, plan);
    return plan;
  });
}

export const updateTouchPlan = (
  context: RequestContext,
  input: PlanInput & Versioned,
): Promise<TouchPlan> =>
  runCommand(context, { name: 'updateTouchPlan', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'touch plans');
    const { id, expectedVersion = null } = input;
    await lockOpen(work, id);
    refusePast(work, input);
    const isOtherRhythm = input.cadenceDays !== undefined || input.dueOn !== undefined;
    const change = await changeRecord(work, TouchPlanEntity, {
      id,
      expectedVersion,
      input,
      rules: await planRules(work, input, isOtherRhythm),
    });
    await touchPlanChanged(work, [change]);
    return change.after;
  });

type CompleteInput = Repeatable & Versioned & { readonly completedOn?: string | null };

export const completeTouch = (context: RequestContext, input: CompleteInput): Promise<TouchPlan> =>
  runCommand(context, { name: 'completeTouch', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'touch plans');
    const before = await lockOpen(work, input.id, input.expectedVersion);
    const today = companyDate(work.now);
    const on = input.completedOn ?? today;
    if (on > today) {
      throw refused(TouchPlanEntity, [{ path: 'completedOn', message: 'is still to come' }]);
    }
    const changes = changesTo(before, afterTouch(before, { on, interactionId: null }));
    const change = await writeChange(work, TouchPlanEntity, { before, changes });
    await touchPlanCompleted(work, [change]);
    return change.after;
  });

export const cancelTouch = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<TouchPlan> =>
  runCommand(context, { name: 'cancelTouch', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'touch plans');
    const before = await lockOpen(work, input.id, input.expectedVersion);
    const changes = changesTo(before, { status: 'CANCELLED', nextDueOn: null });
    const change = await writeChange(work, TouchPlanEntity, { before, changes });
    await touchPlanCancelled(work, change);
    return change.after;
  });

function refusePast({ now }: Work, { dueOn }: PlanInput): void {
  if (dueOn && dueOn < companyDate(now)) {
    throw refused(TouchPlanEntity, [{ path: 'dueOn', message: 'is past' }]);
  }
}

/** Locks a plan that is still to be kept. */
async function lockOpen(
  work: Work,
  id: string,
  expectedVersion: number | null = null,
): Promise<TouchPlan> {
  const plan = await lockForWriting(work, TouchPlanEntity, id);
  if (!isOpen(plan)) throw ruleViolation(`The plan is ${plan.status.toLowerCase()} already`);
  if (expectedVersion !== null && expectedVersion !== plan.version) {
    throw ruleViolation(`The plan is at version ${plan.version}: read it again`);
  }
  return plan;
}

/** The rules of plans. One whose rhythm stays keeps the day that it waits for. */
async function planRules(
  { manager, viewer, now }: Work,
  { ownerId }: PlanInput,
  isOtherRhythm: boolean,
): Promise<Rules<TouchPlan>> {
  const teams = await teamsOfStaff(manager, [ownerId]);
  const isStaff = viewer.staffId !== null && teams.has(viewer.staffId);
  return {
    defaults: () => ({ graceDays: graceDefault, ...(isStaff && { ownerId: viewer.staffId }) }),
    derive: (plan) => ({
      ...(isOtherRhythm && { status: 'PLANNED', nextDueOn: nextDue(plan, companyDate(now)) }),
      ...(plan.ownerId === null
        ? { teamId: null }
        : teams.has(plan.ownerId) && { teamId: teams.get(plan.ownerId) }),
    }),
    check: touchPlanProblems,
  };
}
