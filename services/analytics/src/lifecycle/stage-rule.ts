import type { FieldProblem } from '@crm/kit/errors';
import type { Criteria } from '@crm/kit/record/criteria';
import type { StageRule } from './stage-rule.fields.ts';

type Terms = Pick<
  StageRule,
  'code' | 'criteria' | 'labels' | 'minDwellDays' | 'priority' | 'toStage'
>;

const codePattern = /^[a-z]\w{0,63}$/;
const dwellMax = 3650;
const priorityMax = 1000;

/** What makes a rule none, beside criteria that name no field. */
export function stageRuleProblems(rule: Terms): FieldProblem[] {
  const { code, criteria, labels, minDwellDays, priority, toStage } = rule;
  const checks: readonly (readonly [boolean, string, string])[] = [
    [!codePattern.test(code), 'code', 'takes small letters, digits and underscores, at most 64'],
    [(labels?.zh ?? '').trim() === '', 'labels', 'must not be empty'],
    [toStage.trim() === '', 'toStage', 'must not be empty'],
    [Object.keys(criteria ?? {}).length === 0, 'criteria', 'must say something'],
    [isOutside(minDwellDays, dwellMax), 'minDwellDays', `must be from 0 to ${dwellMax}`],
    [isOutside(priority, priorityMax), 'priority', `must be from 0 to ${priorityMax}`],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

const isOutside = (value: number, max: number): boolean => value < 0 || value > max;

const isTree = (value: unknown): value is Criteria =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields that criteria look at, by name: what says why a rule holds. */
export function fieldsIn(criteria: Criteria): readonly string[] {
  const found = Object.entries(criteria).flatMap(([key, value]): readonly string[] => {
    if (key === 'not') return isTree(value) ? fieldsIn(value) : [];
    if (!Array.isArray(value)) return [key];
    const trees = value.filter(isTree);
    return key === 'customFields'
      ? trees.map((tree) => `custom.${String(tree['key'])}`)
      : trees.flatMap(fieldsIn);
  });
  return [...new Set(found)];
}
