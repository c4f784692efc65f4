import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { compileCriteria } from '@crm/kit/record/criteria';
import { readInput } from '@crm/kit/record/input';
import { readScope } from '@crm/kit/record/page';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  writeChange,
  type Rules,
} from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import { customersChanged } from '../customer/customer.saved.ts';
import { lockCustomer } from '../merge/current-customer.ts';
import {
  LifecycleRuleEntity,
  LifecycleStepEntity,
  LifecycleSuggestionEntity,
  StageInput,
  type LifecycleRule,
  type LifecycleStep,
  type LifecycleSuggestion,
} from './lifecycle.fields.ts';
import { findSteps, hasOrders, type Cause } from './lifecycle.repository.ts';
import { refusalOf, ruleProblems } from './lifecycle.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type StageInput = Repeatable & {
  readonly customerId: string;
  readonly stage: string;
  readonly reason?: string | null;
  readonly reviewOn?: string | null;
};

/** Brings a customer to a stage, where the company's steps allow it. */
export const setLifecycleStage = (context: RequestContext, input: StageInput): Promise<Customer> =>
  runCommand(
    context,
    { name: 'setLifecycleStage', input, memory: rowMemory(CustomerEntity) },
    async (work) => {
      allow(work.viewer, 'write', 'customers');
      const { stage, reason = null, reviewOn = null } = input;
      await readInput(work.manager, StageInput, {
        input: { stage, reason, reviewOn },
        mode: 'update',
      });
      const customer = await lockCustomer(work, input.customerId);
      return moveTo(work, customer, { stage, cause: { source: 'MANUAL', reason, reviewOn } });
    },
  );

type Move = { readonly stage: string; readonly cause: Cause };

async function moveTo(work: Work, customer: Customer, { stage, cause }: Move): Promise<Customer> {
  const { id, lifecycleStage: from } = customer;
  if (from === stage) return customer;
  await refuseStage(work, customer, { stage, reason: cause.reason ?? null });
  const change = await writeChange(work, CustomerEntity, {
    before: customer,
    changes: { lifecycleStage: { from, to: stage } },
  });
  await customersChanged(work, [change], { cause });
  await closeSuggestions(work, id);
  return change.after;
}

type Asked = { readonly stage: string; readonly reason: string | null };

/** Refuses a stage that may not follow the one that a customer is at, or not without a reason. */
export async function refuseStage(
  work: Work,
  { id, lifecycleStage: from }: Customer,
  { stage, reason }: Asked,
): Promise<void> {
  if (stage === from) return;
  const refusal = refusalOf(await findSteps(work.manager), {
    from,
    to: stage,
    reason,
    hasOrders: stage === 'TRADING' && (await hasOrders(work, id)),
  });
  if (refusal !== null) throw ruleViolation(refusal);
}

/** What a rule proposed for the stage before says nothing any more. */
async function closeSuggestions(work: Work, customerId: string): Promise<void> {
  await work.manager.query(
    `UPDATE lifecycleSuggestion SET state = 'DISMISSED', version = version + 1, updatedAt = ?
     WHERE customerId = UUID_TO_BIN(?) AND state = 'OPEN'`,
    [work.now, customerId],
  );
}

type DecideInput = Repeatable & { readonly id: string; readonly reason?: string | null };

const decide =
  (name: string, state: 'ACCEPTED' | 'DISMISSED') =>
  (context: RequestContext, input: DecideInput): Promise<LifecycleSuggestion> =>
    runCommand(
      context,
      { name, input, memory: rowMemory(LifecycleSuggestionEntity) },
      async (work) => {
        allow(work.viewer, 'write', 'customers');
        const before = await lockForWriting(work, LifecycleSuggestionEntity, input.id);
        if (before.state !== 'OPEN') throw ruleViolation('It was decided already');
        const { after } = await writeChange(work, LifecycleSuggestionEntity, {
          before,
          changes: {
            state: { from: before.state, to: state },
            ...(input.reason && {
              reason: { from: before.reason, to: input.reason.slice(0, 500) },
            }),
          },
        });
        if (state === 'ACCEPTED') {
          const customer = await lockForWriting(work, CustomerEntity, before.customerId);
          const reason = input.reason ?? before.ruleCode;
          const cause: Cause = { source: 'RULE', reason, ruleCode: before.ruleCode };
          await moveTo(work, customer, { stage: before.toStage, cause });
        }
        return after;
      },
    );

export const acceptLifecycleSuggestion = decide('acceptLifecycleSuggestion', 'ACCEPTED');
/** The rule does not propose it again before the customer has come to another stage. */
export const dismissLifecycleSuggestion = decide('dismissLifecycleSuggestion', 'DISMISSED');

type StepInput = Repeatable & { readonly fromStage?: string | null; readonly toStage: string };

/** Says whether a stage may follow another, and whether that needs a reason. */
export const saveLifecycleStep = (
  context: RequestContext,
  input: StepInput,
): Promise<LifecycleStep> =>
  runCommand(
    context,
    { name: 'saveLifecycleStep', input, memory: rowMemory(LifecycleStepEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'lifecycle steps');
      const [known] = await selectRows(
        work.manager,
        LifecycleStepEntity,
        sql`WHERE t.fromStage <=> ${input.fromStage ?? null} AND t.toStage = ${input.toStage}
          AND t.deletedAt IS NULL FOR UPDATE`,
      );
      if (!known) return createRecord(work, LifecycleStepEntity, { input, rules: stepRules });
      const change = { id: known.id, expectedVersion: null, input, rules: {} };
      return (await changeRecord(work, LifecycleStepEntity, change)).after;
    },
  );

const stepRules: Rules<LifecycleStep> = {
  defaults: () => ({ needsReason: false, active: true }),
};

type RuleInput = Repeatable & { readonly code: string; readonly criteria?: unknown };

/** Defines or changes a rule, known by its code. */
export const saveLifecycleRule = (
  context: RequestContext,
  input: RuleInput,
): Promise<LifecycleRule> =>
  runCommand(
    context,
    { name: 'saveLifecycleRule', input, memory: rowMemory(LifecycleRuleEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'lifecycle rules');
      // Criteria that say nothing of customers are refused now, not when they are used.
      const scope = await readScope(context, CustomerEntity, { criteria: input.criteria });
      compileCriteria(scope, Object(input.criteria ?? {}));
      const [known] = await selectRows(
        work.manager,
        LifecycleRuleEntity,
        sql`WHERE t.code = ${input.code} AND t.deletedAt IS NULL FOR UPDATE`,
      );
      if (!known) return createRecord(work, LifecycleRuleEntity, { input, rules: ruleRules });
      const change = { id: known.id, expectedVersion: null, input, rules: ruleRules };
      return (await changeRecord(work, LifecycleRuleEntity, change)).after;
    },
  );

const ruleRules: Rules<LifecycleRule> = {
  defaults: () => ({ priority: 0, mode: 'SUGGEST', minDwellDays: 0, active: true }),
  check: ruleProblems,
};
