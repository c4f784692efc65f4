import type { RequestContext } from '@crm/kit/context';
import { ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { teamsOfStaff } from '@crm/kit/projection/staff-directory';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { readInput, refused } from '@crm/kit/record/input';
import { allow, scopeOf } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  newRow,
  withDefaults,
  writeChange,
  type Change,
  type Rules,
} from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import type { Viewer } from '@crm/kit/viewer';
import { findWorkCalendar } from '../occasion/holiday.repository.ts';
import { OccasionEntity, type Occasion } from '../occasion/occasion.fields.ts';
import { spanOf } from '../planner/planner.ts';
import { requirePublished } from '../survey/survey.repository.ts';
import { MessageTemplateEntity } from '../template/template.fields.ts';
import { audienceProblems, countAudience } from './audience.repository.ts';
import { missingHolidays, missingHolidaysText } from './due.ts';
import {
  planCreated,
  plansActivated,
  plansChanged,
  plansPaused,
  plansSubmitted,
} from './plan.events.ts';
import { CarePlanEntity, type CarePlan, type PlanReach } from './plan.fields.ts';
import { audienceWithoutApproval, planProblems, requireOther, requireStatus } from './plan.ts';
import { templateProblems } from './plan-template.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = Repeatable & { readonly id: string; readonly expectedVersion?: number | null };

export type PlanInput = {
  readonly occasionId?: string | null;
  readonly ownerId?: string | null;
  readonly surveyId?: string | null;
  readonly audience?: object | null;
};

const memory = rowMemory(CarePlanEntity);

/** Whose people the viewer may address. */
function reachOf(viewer: Viewer): PlanReach | null {
  const scope = scopeOf(viewer, 'write');
  if (scope === 'all') return null;
  return { staffId: viewer.staffId, teamIds: scope === 'team_tree' ? viewer.teamIds : [] };
}

const nothingSaid = {
  customers: null,
  people: null,
  segmentIds: [],
  customerIds: [],
  personIds: [],
};

/** What an audience leaves out is said to be nothing. */
const whole = <Input extends PlanInput>(input: Input): Input => {
  if (!input.audience) return input;
  const given = Object.entries(input.audience).filter(([, value]) => value !== null);
  return { ...input, audience: { ...nothingSaid, ...Object.fromEntries(given) } };
};

type Ruled = Pick<PlanInput, 'surveyId'> & {
  readonly occasionId: string;
  readonly ownerId: string | null;
};

async function rulesFor(
  work: Work,
  { occasionId, ownerId, surveyId }: Ruled,
): Promise<Rules<CarePlan>> {
  const [occasion = null] = await findByIds(work.manager, OccasionEntity, {
    ids: [occasionId].filter(isId),
  });
  const teams = await teamsOfStaff(work.manager, [ownerId]);
  return {
    defaults: () => ({
      purpose: surveyId ? 'SURVEY' : 'CARE',
      target: occasion?.kind === 'FAMILY' ? 'FAMILY_MEMBER' : 'PRINCIPAL',
      mode: 'CONFIRM',
      ownerId: work.viewer.staffId,
    }),
    derive: (plan) => ({
      category: occasion?.category ?? 'ROUTINE',
      status: plan.status ?? 'DRAFT',
      reach: reachOf(work.viewer),
      teamId: plan.ownerId === null ? null : (teams.get(plan.ownerId) ?? plan.teamId),
    }),
    check: (plan) => [...planProblems(plan, occasion), ...audienceProblems(plan, work.now)],
  };
}

/** Makes a plan, which does nothing before it is activated. */
export const createCarePlan = (
  context: RequestContext,
  given: PlanInput & Repeatable & { readonly occasionId: string },
): Promise<CarePlan> =>
  runCommand(context, { name: 'createCarePlan', input: given, memory }, async (work) => {
    allow(work.viewer, 'write', 'care plans');
    const input = whole(given);
    const ownerId = input.ownerId ?? work.viewer.staffId;
    const rules = await rulesFor(work, { ...input, ownerId });
    const plan = await createRecord(work, CarePlanEntity, { input: { ...input, ownerId }, rules });
    await planCreated(work, plan);
    return plan;
  });

/** A plan as it would be made from an input. Stores nothing. */
export async function draftPlan(
  work: Work,
  given: PlanInput & { readonly occasionId: string },
): Promise<CarePlan> {
  const ownerId = given.ownerId ?? work.viewer.staffId;
  const rules = await rulesFor(work, { ...given, ownerId });
  const values = await readInput(work.manager, CarePlanEntity, {
    input: withDefaults({ name: '-', ...whole(given) }, rules),
    mode: 'create',
  });
  const plan = newRow(work, CarePlanEntity, { values, rules });
  refuse(rules.check?.(plan) ?? []);
  return plan;
}

/** Changes a plan that is not active. What was approved has to be approved again. */
export const updateCarePlan = (
  context: RequestContext,
  given: PlanInput & Versioned,
): Promise<CarePlan> =>
  runCommand(context, { name: 'updateCarePlan', input: given, memory }, async (work) => {
    allow(work.viewer, 'write', 'care plans');
    const { id, expectedVersion = null, ...rest } = given;
    const before = await lockForWriting(work, CarePlanEntity, id);
    requireStatus(before, ['DRAFT', 'AWAITING_APPROVAL', 'PAUSED'], 'changed: pause it first');
    const input = whole(rest);
    const ownerId = input.ownerId === undefined ? before.ownerId : input.ownerId;
    const occasionId = input.occasionId ?? before.occasionId;
    const rules = await rulesFor(work, { occasionId, ownerId });
    const unapproved = { approvedById: null, approvedAt: null, requestedById: null };
    const change = await changeRecord(work, CarePlanEntity, {
      id,
      expectedVersion,
      input,
      rules: {
        ...rules,
        derive: (plan) => ({
          ...rules.derive?.(plan),
          ...unapproved,
          status: plan.status === 'AWAITING_APPROVAL' ? 'DRAFT' : plan.status,
        }),
      },
    });
    await plansChanged(work, [change]);
    return change.after;
  });

/** Starts a plan, or goes on with a paused one; a large one waits for the approval of another person. */
export const activateCarePlan = (context: RequestContext, input: Versioned): Promise<CarePlan> =>
  runCommand(context, { name: 'activateCarePlan', input, memory }, async (work) => {
    const plan = await lockPlan(work, input);
    requireStatus(plan, ['DRAFT', 'PAUSED'], 'activated');
    await requireReady(work, plan);
    const reach = reachOf(work.viewer);
    const audienceSize = await countAudience(work.manager, { ...plan, reach }, { now: work.now });
    const isLarge = audienceSize > audienceWithoutApproval && plan.approvedById === null;
    const status = isLarge ? 'AWAITING_APPROVAL' : 'ACTIVE';
    const requestedById = work.viewer.staffId;
    const change = await write(work, plan, { status, reach, audienceSize, requestedById });
    await (isLarge ? plansSubmitted : plansActivated)(work, [change]);
    return change.after;
  });

/** Starts a plan for many people, which another member of staff has asked for. */
export const approveCarePlan = (context: RequestContext, input: Versioned): Promise<CarePlan> =>
  runCommand(context, { name: 'approveCarePlan', input, memory }, async (work) => {
    const plan = await lockPlan(work, input);
    requireStatus(plan, ['AWAITING_APPROVAL'], 'approved');
    requireOther(plan, work.viewer.staffId);
    await requireReady(work, plan);
    const approved = { approvedById: work.viewer.staffId, approvedAt: work.now };
    const change = await write(work, plan, { status: 'ACTIVE', ...approved });
    await plansActivated(work, [change]);
    return change.after;
  });

/** Stops a plan: what it has planned and nobody has decided about is not sent. */
export const pauseCarePlan = (context: RequestContext, input: Versioned): Promise<CarePlan> =>
  runCommand(context, { name: 'pauseCarePlan', input, memory }, async (work) => {
    const plan = await lockPlan(work, input);
    requireStatus(plan, ['ACTIVE', 'AWAITING_APPROVAL'], 'paused');
    const change = await write(work, plan, { status: 'PAUSED' });
    await plansPaused(work, [change]);
    return change.after;
  });

async function lockPlan(work: Work, { id, expectedVersion }: Versioned): Promise<CarePlan> {
  allow(work.viewer, 'write', 'care plans');
  const plan = await lockForWriting(work, CarePlanEntity, id);
  if (typeof expectedVersion === 'number' && expectedVersion !== plan.version) {
    throw ruleViolation(`The plan is at version ${plan.version}: read it again`);
  }
  return plan;
}

/** What a plan needs before anything is planned. */
async function requireReady(work: Work, plan: CarePlan): Promise<void> {
  const [occasion] = await findByIds(work.manager, OccasionEntity, { ids: [plan.occasionId] });
  if (!occasion?.active) throw ruleViolation('The occasion of the plan is not active');
  const ids = (plan.templates ?? []).map(({ templateId }) => templateId).filter(isId);
  const templates = await findByIds(work.manager, MessageTemplateEntity, { ids });
  refuse(templateProblems(plan, templates));
  await requirePublished(work.manager, plan.surveyId);
  await requireHolidays(work, plan, occasion);
}

async function requireHolidays(
  { manager, now }: Pick<Work, 'manager' | 'now'>,
  plan: CarePlan,
  occasion: Occasion,
): Promise<void> {
  const calendar = await findWorkCalendar(manager);
  const years = missingHolidays(plan, calendar, spanOf({ plan, occasion, calendar, now }));
  if (years.length > 0) throw ruleViolation(missingHolidaysText(years));
}

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw refused(CarePlanEntity, problems);
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
