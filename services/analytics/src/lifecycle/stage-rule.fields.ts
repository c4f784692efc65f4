import type { Criteria } from '@crm/kit/record/criteria';
import { defineEntity, describeObject } from '@crm/kit/record/entity';
import { boolean, choice, dateTime, int, json, text, type Labels } from '@crm/kit/record/field';

const stageModes = {
  APPLY: { zh: '执行', en: 'Apply' },
  SUGGEST: { zh: '建议', en: 'Suggest' },
} as const;

const stage = (label: Labels) => text({ max: 64, required: true, label });

/** When figures say that a customer is at another stage: what customers itself knows has rules there. */
export const StageRuleEntity = defineEntity('StageRule', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '规则编号', en: 'Code' } }),
    labels: json<Labels>({ required: true, label: { zh: '名称', en: 'Name' } }),
    toStage: stage({ zh: '新阶段', en: 'To' }),
    criteria: json<Criteria>({ required: true, label: { zh: '条件', en: 'Criteria' } }),
    priority: int({ required: true, label: { zh: '优先级', en: 'Priority' } }),
    mode: choice(stageModes, { required: true, label: { zh: '方式', en: 'Mode' } }),
    minDwellDays: int({
      required: true,
      label: { zh: '最短停留天数', en: 'Least days in a stage' },
    }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type StageRule = NonNullable<typeof StageRuleEntity.row>;

/** What a rule found in the customer's figures. */
export type Evidence = {
  readonly field: string;
  readonly labels: Labels;
  readonly value: unknown;
};

export const StageSuggestion = describeObject('StageSuggestion', {
  from: stage({ zh: '原阶段', en: 'From' }),
  to: stage({ zh: '新阶段', en: 'To' }),
  mode: choice(stageModes, { required: true, label: { zh: '方式', en: 'Mode' } }),
  since: dateTime({ required: true, label: { zh: '自', en: 'Since' } }),
});
