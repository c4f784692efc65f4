import type { RequestContext } from '@crm/kit/context';
import { notFound, type FieldProblem } from '@crm/kit/errors';
import { teamsOfStaff } from '@crm/kit/projection/staff-directory';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { readInput, refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  newRow,
  withDefaults,
  type Rules,
} from '@crm/kit/record/record';
import { campaignProblems, campaignValues } from '../campaign/campaign.ts';
import { surveyPurposeProblems } from '../task/task.ts';
import { audienceProblems } from './audience.repository.ts';
import { planCreated, plansChanged } from './plan.events.ts';
import { CarePlanEntity, type CarePlan, type ChannelTemplate } from './plan.fields.ts';
import type { PlanOccasion } from './plan-occasion.ts';
import { findPlanOccasions } from './plan-occasion.repository.ts';
import { entityOf, type PlanOf } from './plan-of.ts';
import { unknownProblems } from './plan-reference.repository.ts';
import { emptyListProblems, planProblems, requireStatus, type GivenAudience } from './plan.ts';
import { reachOf } from './reach.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = Repeatable & { readonly id: string; readonly expectedVersion?: number | null };

export type PlanInput = {
  readonly occasionId?: string | null;
  readonly ownerId?: string | null;
  readonly surveyId?: string | null;
  /** Of campaigns, which have a day in the place of an occasion. */
  readonly startsOn?: string | null;
  readonly kind?: CarePlan['kind'] | null;
  readonly audience?: GivenAudience | null;
  readonly templates?: readonly ChannelTemplate[] | null;
};

const memory = rowMemory(CarePlanEntity);

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

type Ruled = Pick<
  PlanInput,
  'audience' | 'templates' | 'kind' | 'occasionId' | 'startsOn' | 'surveyId'
> & {
  readonly ownerId: string | null;
};

async function rulesFor(
  work: Work,
  {
    audience,
    templates,
    kind: given,
    occasionId = null,
    ownerId,
    startsOn = null,
    surveyId,
  }: Ruled,
): Promise<Rules<CarePlan>> {
  const kind = given ?? 'CARE';
  const day = { occasionId, startsOn };
  const occasion = (await findPlanOccasions(work.manager, [day]))(day);
  const today = companyDate(work.now);
  const teams = await teamsOfStaff(work.manager, [ownerId]);
  const unknown = await unknownProblems(work.manager, { audience, templates });
  return {
    defaults: () => ({
      purpose: surveyId ? 'SURVEY' : 'CARE',
      target: targetOf(kind, occasion),
      mode: kind === 'CARE' ? 'CONFIRM' : 'AUTOMATIC',
      ownerId: work.viewer.staffId,
    }),
    derive: (plan) => ({
      kind,
      ...(kind === 'CARE' ? {} : campaignValues(kind, plan)),
      category: occasion?.category ?? 'ROUTINE',
      status: plan.status ?? 'DRAFT',
      reach: reachOf(work.viewer),
      teamId: plan.ownerId === null ? null : (teams.get(plan.ownerId) ?? plan.teamId),
    }),
    check: (plan) => [
      ...planProblems(plan, occasion),
      ...emptyListProblems(audience ?? null),
      ...unknown,
      ...(kind === 'CARE' ? surveyPurposeProblems(plan) : campaignProblems(plan, today)),
      ...audienceProblems(plan, work.now),
    ],
  };
}

function targetOf(kind: CarePlan['kind'], occasion: PlanOccasion | null): CarePlan['target'] {
  if (kind !== 'CARE') return 'ALL_CONTACTS';
  return occasion?.kind === 'FAMILY' ? 'FAMILY_MEMBER' : 'PRINCIPAL';
}

/** Makes a plan, which does nothing before it is activated. */
export const createPlan = (
  context: RequestContext,
  of: PlanOf,
  given: PlanInput & Repeatable,
): Promise<CarePlan> =>
  runCommand(context, { name: `create${of.type}`, input: given, memory }, async (work) => {
    allow(work.viewer, 'write', of.noun);
    const { kind: _, ...input } = whole(given);
    const ownerId = input.ownerId ?? work.viewer.staffId;
    const rules = await rulesFor(work, { ...given, ownerId });
    const plan = await createRecord(work, CarePlanEntity, { input: { ...input, ownerId }, rules });
    await planCreated(work, plan);
    return plan;
  });

/** A plan as it would be made from an input. Stores nothing. */
export async function draftPlan(work: Work, given: PlanInput): Promise<CarePlan> {
  const ownerId = given.ownerId ?? work.viewer.staffId;
  const rules = await rulesFor(work, { ...given, ownerId });
  const { kind: _, ...input } = whole(given);
  const values = await readInput(work.manager, CarePlanEntity, {
    input: withDefaults({ name: '-', ...input }, rules),
    mode: 'create',
  });
  const plan = newRow(work, CarePlanEntity, { values, rules });
  refuse(rules.check?.(plan) ?? []);
  return plan;
}

/** Changes a plan that is not active. What was approved has to be approved again. */
export const updatePlan = (
  context: RequestContext,
  of: PlanOf,
  given: PlanInput & Versioned,
): Promise<CarePlan> =>
  runCommand(context, { name: `update${of.type}`, input: given, memory }, async (work) => {
    allow(work.viewer, 'write', of.noun);
    const { id, expectedVersion = null, ...rest } = given;
    const before = await lockForWriting(work, entityOf(of), id);
    if (!of.isOne(before)) throw notFound(of.type, id);
    requireStatus(before, ['DRAFT', 'AWAITING_APPROVAL', 'PAUSED'], 'changed: pause it first');
    const input = whole(rest);
    const ownerId = input.ownerId === undefined ? before.ownerId : input.ownerId;
    const occasionId = input.occasionId ?? before.occasionId;
    const startsOn = input.startsOn ?? before.startsOn;
    const rules = await rulesFor(work, {
      ...given,
      kind: before.kind,
      occasionId,
      startsOn,
      ownerId,
    });
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

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw refused(CarePlanEntity, problems);
}
