import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
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
import { lockById } from '@crm/kit/record/store';
import { lockCustomer } from '../merge/current-customer.ts';
import type { Outcome } from '../opportunity/opportunity.ts';
import { needChanged, needRecorded } from './need.events.ts';
import { NeedEntity, type Need } from './need.fields.ts';
import {
  follows,
  isChangeable,
  isConvertible,
  needProblems,
  refusedStep,
  statusAfter,
  stepProblems,
  type NeedStatus,
} from './need.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

const memory = rowMemory(NeedEntity);

const rules: Rules<Need> = {
  defaults: () => ({ priority: 'NORMAL' }),
  derive: ({ status }) => ({ status: status ?? 'OPEN' }),
  check: needProblems,
};

export const recordNeed = (
  context: RequestContext,
  input: Repeatable & { readonly customerId: string },
): Promise<Need> =>
  runCommand(context, { name: 'recordNeed', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'needs');
    const { id: customerId } = await lockCustomer(work, input.customerId);
    const need = await createRecord(work, NeedEntity, { input: { ...input, customerId }, rules });
    await needRecorded(work, need);
    return need;
  });

export const updateNeed = (context: RequestContext, input: Repeatable & Versioned): Promise<Need> =>
  runCommand(context, { name: 'updateNeed', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'needs');
    const { id, expectedVersion = null } = input;
    const before = await lockForWriting(work, NeedEntity, id);
    if (!isChangeable(before)) throw ruleViolation(`The need is ${before.status}`);
    const change = await changeRecord(work, NeedEntity, { id, expectedVersion, input, rules });
    await needChanged(work, change);
    return change.after;
  });

type StatusInput = Repeatable &
  Versioned & { readonly status: NeedStatus; readonly reason?: string | null };

/** Confirms a need, has it fulfilled, withdraws it or takes it up again. */
export const changeNeedStatus = (context: RequestContext, input: StatusInput): Promise<Need> =>
  runCommand(context, { name: 'changeNeedStatus', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'needs');
    const { id, status, reason } = input;
    const before = await lockForWriting(work, NeedEntity, id);
    const refusal = refusedStep(before.status, status);
    if (refusal !== null) throw ruleViolation(refusal);
    const problems = stepProblems(status, reason);
    if (problems.length > 0) throw refused(NeedEntity, problems);
    return setStatus(work, before, { status, reason: reason ?? null });
  });

type Step = {
  readonly status: NeedStatus;
  readonly reason: string | null;
  readonly opportunityId?: string;
};

async function setStatus(
  work: Work,
  before: Need,
  { status, reason, opportunityId }: Step,
): Promise<Need> {
  const fulfilledOn = status === 'FULFILLED' ? companyDate(work.now) : null;
  const values = {
    status,
    statusReason: reason,
    fulfilledOn,
    opportunityId: opportunityId ?? before.opportunityId,
  };
  const change = await writeChange(work, NeedEntity, {
    before,
    changes: Object.fromEntries(
      Object.entries(values)
        .map(([name, to]) => [name, { from: Reflect.get(before, name), to }] as const)
        .filter(([, { from, to }]) => from !== to),
    ),
  });
  await needChanged(work, change);
  return change.after;
}

/** Locks a need that is to become an opportunity. */
export async function lockConvertible(work: Work, id: string): Promise<Need> {
  const need = await lockForWriting(work, NeedEntity, id);
  if (isConvertible(need)) return need;
  throw ruleViolation(`A need that is ${need.status} is not converted`);
}

export const matchNeed = (work: Work, need: Need, opportunityId: string): Promise<Need> =>
  setStatus(work, need, { status: 'MATCHED', reason: null, opportunityId });

/** Has a need follow its opportunity, as long as it has not gone its own way since. */
export async function followOpportunity(
  work: Work,
  { id: opportunityId, needId }: { readonly id: string; readonly needId: string | null },
  outcome: Outcome,
): Promise<void> {
  if (needId === null) return;
  const need = await lockById(work.manager, NeedEntity, needId);
  if (need?.opportunityId !== opportunityId || !follows(need, outcome)) return;
  await setStatus(work, need, { status: statusAfter(outcome), reason: null });
}
