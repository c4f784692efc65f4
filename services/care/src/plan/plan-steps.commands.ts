import type { RequestContext } from '@crm/kit/context';
import { notFound, ruleViolation } from '@crm/kit/errors';
import { teamsOfStaff } from '@crm/kit/projection/staff-directory';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { changesOf } from '@crm/kit/record/difference';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { lockForWriting, writeChange, type Change } from '@crm/kit/record/record';
import { findWorkCalendar } from '../occasion/holiday.repository.ts';
import { spanOf } from '../planner/planner.ts';
import { requirePublished } from '../survey/survey.repository.ts';
import { findTextsInUse } from '../template/template.repository.ts';
import { audienceWithoutApproval, requireOther, requireReach } from './approval.ts';
import { countAudience } from './audience.repository.ts';
import { missingHolidays, missingHolidaysText } from './due.ts';
import { plansActivated, plansPaused, plansSubmitted } from './plan.events.ts';
import { CarePlanEntity, type CarePlan } from './plan.fields.ts';
import type { PlanOccasion } from './plan-occasion.ts';
import { findPlanOccasions } from './plan-occasion.repository.ts';
import { entityOf, type PlanOf } from './plan-of.ts';
import { requireStatus } from './plan.ts';
import { templateProblems } from './plan-template.ts';
import { reachOf } from './reach.ts';

type Step = {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly clientMutationId?: string | null;
};

type TakeStep = (context: RequestContext, of: PlanOf, input: Step) => Promise<CarePlan>;

const memory = rowMemory(CarePlanEntity);

/**
 * Starts a plan, or goes on with a paused one; a large one waits for the approval of another person,
 * which holds for this activation.
 */
export const activatePlan: TakeStep = (context, of, input) =>
  runCommand(context, { name: `activate${of.type}`, input, memory }, async (work) => {
    const plan = await lockPlan(work, of, input);
    requireStatus(plan, ['DRAFT', 'PAUSED'], 'activated');
    await requireReady(work, plan);
    const reach = reachOf(work.viewer);
    const audienceSize = await countAudience(work.manager, { ...plan, reach }, { now: work.now });
    const isLarge = audienceSize > audienceWithoutApproval;
    const status = isLarge ? 'AWAITING_APPROVAL' : 'ACTIVE';
    const requestedById = work.viewer.staffId;
    const asked = { reach, audienceSize, requestedById, approvedById: null, approvedAt: null };
    const change = await write(work, plan, { status, ...asked });
    await (isLarge ? plansSubmitted : plansActivated)(work, [change]);
    return change.after;
  });

/** Starts a plan for many people, which another member of staff has asked for. */
export const approvePlan: TakeStep = (context, of, input) =>
  runCommand(context, { name: `approve${of.type}`, input, memory }, async (work) => {
    const plan = await lockPlan(work, of, input);
    requireStatus(plan, ['AWAITING_APPROVAL'], 'approved');
    requireOther(plan, work.viewer.staffId);
    const staffId = plan.reach?.staffId ?? null;
    const teams = await teamsOfStaff(work.manager, [staffId]);
    requireReach(work.viewer, plan.reach, teams.get(staffId ?? '') ?? null);
    await requireReady(work, plan);
    const approved = { approvedById: work.viewer.staffId, approvedAt: work.now };
    const change = await write(work, plan, { status: 'ACTIVE', ...approved });
    await plansActivated(work, [change]);
    return change.after;
  });

/** Stops a plan: what it has planned and nobody has decided about is not sent. */
export const pausePlan: TakeStep = (context, of, input) =>
  runCommand(context, { name: `pause${of.type}`, input, memory }, async (work) => {
    const plan = await lockPlan(work, of, input);
    requireStatus(plan, ['ACTIVE', 'AWAITING_APPROVAL'], 'paused');
    const change = await write(work, plan, { status: 'PAUSED' });
    await plansPaused(work, [change]);
    return change.after;
  });

async function lockPlan(work: Work, of: PlanOf, { id, expectedVersion }: Step): Promise<CarePlan> {
  allow(work.viewer, 'write', of.noun);
  const plan = await lockForWriting(work, entityOf(of), id);
  if (!of.isOne(plan)) throw notFound(of.type, id);
  if (typeof expectedVersion === 'number' && expectedVersion !== plan.version) {
    throw ruleViolation(`${of.type} is at version ${plan.version}: read it again`);
  }
  return plan;
}

/** What a plan needs before anything is planned. */
async function requireReady(work: Work, plan: CarePlan): Promise<void> {
  const occasion = (await findPlanOccasions(work.manager, [plan]))(plan);
  if (!occasion?.active) throw ruleViolation('The occasion of the plan is not active');
  if (plan.startsOn !== null && (plan.validTo ?? '') < companyDate(work.now)) {
    throw ruleViolation(`The campaign was for ${plan.startsOn}: let it start later first`);
  }
  const ids = (plan.templates ?? []).map(({ templateId }) => templateId);
  const problems = templateProblems(plan, await findTextsInUse(work.manager, ids));
  if (problems.length > 0) throw refused(CarePlanEntity, problems);
  await requirePublished(work.manager, plan.surveyId);
  await requireHolidays(work, plan, occasion);
}

async function requireHolidays(
  { manager, now }: Pick<Work, 'manager' | 'now'>,
  plan: CarePlan,
  occasion: PlanOccasion,
): Promise<void> {
  const calendar = await findWorkCalendar(manager);
  const years = missingHolidays(plan, calendar, spanOf({ plan, occasion, calendar, now }));
  if (years.length > 0) throw ruleViolation(missingHolidaysText(years));
}

const write = (
  work: Work,
  before: CarePlan,
  values: Partial<CarePlan>,
): Promise<Change<CarePlan>> =>
  writeChange(work, CarePlanEntity, {
    before,
    changes: changesOf(CarePlanEntity, before, new Map(Object.entries(values))),
  });
