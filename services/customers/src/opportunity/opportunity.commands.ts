import type { RequestContext } from '@crm/kit/context';
import { ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import type { Money } from '@crm/kit/record/field';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  newRow,
  type Change,
} from '@crm/kit/record/record';
import { insertRows } from '@crm/kit/record/store';
import { lockCustomer } from '../merge/current-customer.ts';
import { followOpportunity, lockConvertible, matchNeed } from '../need/need.commands.ts';
import type { Need } from '../need/need.fields.ts';
import {
  opportunityClosed,
  opportunityMoved,
  opportunityOpened,
  opportunityReopened,
  opportunityUpdated,
} from './opportunity.events.ts';
import {
  OpportunityEntity,
  OpportunityStageChangeEntity,
  type Opportunity,
} from './opportunity.fields.ts';
import { findLastChange, findStages } from './opportunity.repository.ts';
import {
  closingProblems,
  daysSince,
  opportunityProblems,
  stageNamed,
  stageOf,
  type Outcome,
} from './opportunity.ts';
import type { OpportunityStage } from './stage.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

type OpportunityInput = Repeatable & {
  readonly customerId: string;
  readonly stage?: string | null;
  readonly probability?: number | null;
  readonly needId?: string | null;
  readonly salespersonId?: string | null;
};

const memory = rowMemory(OpportunityEntity);

export const createOpportunity = (
  context: RequestContext,
  input: OpportunityInput,
): Promise<Opportunity> =>
  runCommand(context, { name: 'createOpportunity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'opportunities');
    const { id: customerId, ownerId } = await lockCustomer(work, input.customerId);
    const need = input.needId ? await lockConvertible(work, input.needId) : null;
    if (need && need.customerId !== customerId) {
      throw refused(OpportunityEntity, [
        { path: 'needId', message: 'is a need of another customer' },
      ]);
    }
    const salespersonId = input.salespersonId ?? work.viewer.staffId ?? ownerId;
    return openOpportunity(work, { ...input, customerId, salespersonId }, need);
  });

type ConvertInput = Repeatable & {
  readonly needId: string;
  readonly name?: string | null;
  readonly stage?: string | null;
  readonly amount?: Money | null;
  readonly expectedCloseOn?: string | null;
};

/** Makes an opportunity of a need, with what the need says where nothing else is given. */
export const convertNeedToOpportunity = (
  context: RequestContext,
  input: ConvertInput,
): Promise<Opportunity> =>
  runCommand(context, { name: 'convertNeedToOpportunity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'opportunities');
    const need = await lockConvertible(work, input.needId);
    const { customerId, title, description, budget, neededBy } = need;
    const asked = {
      customerId,
      needId: need.id,
      name: input.name ?? title,
      description,
      stage: input.stage ?? null,
      amount: input.amount ?? budget,
      expectedCloseOn: input.expectedCloseOn ?? neededBy,
      salespersonId: work.viewer.staffId,
    };
    return openOpportunity(work, asked, need);
  });

async function openOpportunity(
  work: Work,
  input: OpportunityInput,
  need: Need | null,
): Promise<Opportunity> {
  const stage = stageNamed(await findStages(work.manager), input.stage ?? null);
  if (!stage) throw refused(OpportunityEntity, [noStage(input.stage)]);
  const opportunity = await createRecord(work, OpportunityEntity, {
    input: {
      ...input,
      stage: stage.code,
      probability: input.probability ?? stage.probability,
    },
    rules: { derive: () => ({ status: 'OPEN' }), check: opportunityProblems },
  });
  await addStageChange(work, opportunity, { from: null, note: null, daysInStage: null });
  await opportunityOpened(work, opportunity);
  if (need) await matchNeed(work, need, opportunity.id);
  return memory.recall(work.manager, opportunity.id);
}

const noStage = (code: string | null | undefined): FieldProblem => ({
  path: 'stage',
  message: code
    ? `"${code}" is no active stage of open opportunities`
    : 'there is none to begin with',
});

type StageChange = {
  readonly from: string | null;
  readonly note: string | null;
  readonly daysInStage: number | null;
};

const addStageChange = (
  work: Work,
  { id, customerId, stage, probability, amount }: Opportunity,
  { from, note, daysInStage }: StageChange,
): Promise<void> =>
  insertRows(work.manager, OpportunityStageChangeEntity, [
    newRow(work, OpportunityStageChangeEntity, {
      values: new Map<string, unknown>([
        ['opportunityId', id],
        ['customerId', customerId],
        ['fromStage', from],
        ['toStage', stage],
        ['probability', probability],
        ['amount.amount', amount?.amount ?? null],
        ['amount.currency', amount?.currency ?? null],
        ['daysInStage', daysInStage],
        ['note', note],
      ]),
      rules: {},
    }),
  ]);

export const updateOpportunity = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<Opportunity> =>
  runCommand(context, { name: 'updateOpportunity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'opportunities');
    const { id, expectedVersion = null } = input;
    await lockOpen(work, id);
    const change = await changeRecord(work, OpportunityEntity, {
      id,
      expectedVersion,
      input,
      rules: { check: opportunityProblems },
    });
    await opportunityUpdated(work, change);
    return memory.recall(work.manager, id);
  });

type MoveInput = Repeatable &
  Versioned & {
    readonly stage: string;
    readonly probability?: number | null;
    readonly note?: string | null;
  };

/** Takes an open opportunity to another open stage, forwards or back. */
export const moveOpportunity = (context: RequestContext, input: MoveInput): Promise<Opportunity> =>
  runCommand(context, { name: 'moveOpportunity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'opportunities');
    const before = await lockOpen(work, input.id);
    const stage = stageNamed(await findStages(work.manager), input.stage);
    if (!stage) throw refused(OpportunityEntity, [noStage(input.stage)]);
    if (stage.code === before.stage) throw ruleViolation(`It is in ${stage.code} already`);
    const change = await enterStage(work, input, { stage, fields: {} });
    await opportunityMoved(work, change);
    return memory.recall(work.manager, input.id);
  });

type CloseInput = Repeatable &
  Versioned & {
    readonly outcome: Exclude<Outcome, 'OPEN'>;
    readonly winReason?: string | null;
    readonly lossReason?: string | null;
    readonly note?: string | null;
    readonly closedOn?: string | null;
  };

/** Ends an opportunity, with the reason. Its need is met by that, or waits for another one. */
export const closeOpportunity = (
  context: RequestContext,
  input: CloseInput,
): Promise<Opportunity> =>
  runCommand(context, { name: 'closeOpportunity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'opportunities');
    const { id, outcome } = input;
    const before = await lockOpen(work, id);
    const problems = closingProblems(input);
    if (problems.length > 0) throw refused(OpportunityEntity, problems);
    const stage = stageOf(await findStages(work.manager), outcome);
    if (!stage) throw ruleViolation(`There is no active stage for ${outcome}`);
    const change = await enterStage(work, input, {
      stage,
      fields: {
        winReason: input.winReason ?? null,
        lossReason: input.lossReason ?? null,
        closeNote: input.note ?? null,
      },
      closedOn: input.closedOn ?? companyDate(work.now),
    });
    await opportunityClosed(work, outcome, change);
    await followOpportunity(work, before, outcome);
    return memory.recall(work.manager, id);
  });

/** Takes up an opportunity that was closed. */
export const reopenOpportunity = (
  context: RequestContext,
  input: Repeatable & Versioned & { readonly stage?: string | null; readonly note?: string | null },
): Promise<Opportunity> =>
  runCommand(context, { name: 'reopenOpportunity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'opportunities');
    const before = await lockForWriting(work, OpportunityEntity, input.id);
    if (before.status === 'OPEN') throw ruleViolation('The opportunity is open');
    const stage = stageNamed(await findStages(work.manager), input.stage ?? null);
    if (!stage) throw refused(OpportunityEntity, [noStage(input.stage)]);
    const fields = { winReason: null, lossReason: null, closeNote: null };
    const change = await enterStage(work, input, { stage, fields });
    await opportunityReopened(work, change);
    await followOpportunity(work, before, 'OPEN');
    return memory.recall(work.manager, input.id);
  });

async function lockOpen(work: Work, id: string): Promise<Opportunity> {
  const opportunity = await lockForWriting(work, OpportunityEntity, id);
  if (opportunity.status === 'OPEN') return opportunity;
  throw ruleViolation(`The opportunity is ${opportunity.status}: reopen it first`);
}

type Entering = {
  readonly stage: OpportunityStage;
  readonly fields: object;
  readonly closedOn?: string;
};

async function enterStage(
  work: Work,
  input: Versioned & { readonly probability?: number | null; readonly note?: string | null },
  { stage, fields, closedOn }: Entering,
): Promise<Change<Opportunity>> {
  const { id, expectedVersion = null, note = null } = input;
  const change = await changeRecord(work, OpportunityEntity, {
    id,
    expectedVersion,
    input: {
      ...fields,
      stage: stage.code,
      probability: input.probability ?? stage.probability,
    },
    rules: {
      derive: () => ({ status: stage.outcome, closedOn: closedOn ?? null }),
      check: opportunityProblems,
    },
  });
  const last = await findLastChange(work.manager, id);
  await addStageChange(work, change.after, {
    from: change.before.stage,
    note,
    daysInStage: last ? daysSince(last.createdAt, work.now) : null,
  });
  return change;
}
