import { rowMemory, runCommand } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import type { FieldProblem } from '@crm/kit/errors';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, lockForWriting, type Rules } from '@crm/kit/record/record';
import { AlertRuleEntity, type AlertRule } from './rule.fields.ts';
import { criteriaProblems } from './rule.repository.ts';
import { isTree, ruleProblems } from './rule.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly expectedVersion?: number | null };
type SaveInput = Repeatable &
  Versioned & { readonly id?: string | null; readonly code?: string | null };

const memory = rowMemory(AlertRuleEntity);
const codePattern = /^\w{1,64}$/;

const rulesAt = (now: Date): Rules<AlertRule> => ({
  defaults: () => ({
    criteria: {},
    severity: 'WARNING',
    route: 'OWNER',
    autoResolve: true,
    snoozable: true,
    active: false,
  }),
  check: (rule) => [
    ...codeProblems(rule.code),
    ...ruleProblems(rule),
    ...(isTree(rule.criteria ?? {}) ? criteriaProblems(rule, now) : []),
  ],
});

/** Makes a rule, which finds nobody before it is activated, or changes the one that `id` names. */
export const saveAlertRule = (context: RequestContext, input: SaveInput): Promise<AlertRule> =>
  runCommand(context, { name: 'saveAlertRule', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'alert rules');
    const rules = rulesAt(work.now);
    const { id, expectedVersion = null } = input;
    if (!id) return createRecord(work, AlertRuleEntity, { input, rules });

    const before = await lockForWriting(work, AlertRuleEntity, id);
    if (input.code && input.code !== before.code) {
      throw refused(AlertRuleEntity, [{ path: 'code', message: `stays ${before.code}` }]);
    }
    const change = await changeRecord(work, AlertRuleEntity, { id, expectedVersion, input, rules });
    return change.after;
  });

type ActivateInput = Repeatable & Versioned & { readonly id: string; readonly active: boolean };

/** Lets a rule find customers from now on; without it, its open alerts are resolved. */
export const activateAlertRule = (
  context: RequestContext,
  input: ActivateInput,
): Promise<AlertRule> =>
  runCommand(context, { name: 'activateAlertRule', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'alert rules');
    const { id, active, expectedVersion = null } = input;
    const rules = rulesAt(work.now);
    const order = { id, expectedVersion, input: { active }, rules };
    return (await changeRecord(work, AlertRuleEntity, order)).after;
  });

const codeProblems = (code: string): FieldProblem[] =>
  codePattern.test(code)
    ? []
    : [{ path: 'code', message: 'takes letters, digits and underscores, at most 64' }];
