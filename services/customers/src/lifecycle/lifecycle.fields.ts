import type { Criteria } from '@crm/kit/record/criteria';
import { defineEntity, describeObject } from '@crm/kit/record/entity';
import { boolean, choice, date, dateTime, id, int, json, term, text } from '@crm/kit/record/field';
import type { Labels } from '@crm/kit/record/field';
import { CustomerEntity } from '../customer/customer.fields.ts';

const stage = { vocabulary: 'lifecycle_stage' } as const;

/** What `setLifecycleStage` is given. */
export const StageInput = describeObject('LifecycleStage', {
  stage: term({ ...stage, required: true, label: { zh: '阶段', en: 'Stage' } }),
  reason: text({ max: 500, label: { zh: '原因', en: 'Reason' } }),
  reviewOn: date({ label: { zh: '复核日期', en: 'To be reviewed on' } }),
});

/** How a customer came to a stage, and since when it is there. Written and ended, never changed. */
export const LifecycleTransitionEntity = defineEntity('LifecycleTransition', {
  fields: {
    customerId: id({ required: true, managed: true, label: { zh: '客户', en: 'Customer' } }),
    fromStage: term({ ...stage, managed: true, label: { zh: '原阶段', en: 'From' } }),
    toStage: term({ ...stage, required: true, managed: true, label: { zh: '新阶段', en: 'To' } }),
    reason: text({ max: 500, managed: true, label: { zh: '原因', en: 'Reason' } }),
    source: choice(
      {
        MANUAL: { zh: '人工', en: 'By a person' },
        RULE: { zh: '规则', en: 'By a rule' },
        IMPORT: { zh: '导入', en: 'By an import' },
      },
      { required: true, managed: true, label: { zh: '来源', en: 'Source' } },
    ),
    ruleCode: text({ max: 64, managed: true, label: { zh: '规则编号', en: 'Rule' } }),
    reviewOn: date({ managed: true, label: { zh: '复核日期', en: 'To be reviewed on' } }),
    endedAt: dateTime({ managed: true, label: { zh: '结束时间', en: 'Ended' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type LifecycleTransition = NonNullable<typeof LifecycleTransitionEntity.row>;
export type TransitionSource = LifecycleTransition['source'];

/** Which stage may follow which: configuration. Without `fromStage` it may follow any. */
export const LifecycleStepEntity = defineEntity('LifecycleStep', {
  fields: {
    fromStage: term({ ...stage, label: { zh: '原阶段', en: 'From' } }),
    toStage: term({ ...stage, required: true, label: { zh: '新阶段', en: 'To' } }),
    needsReason: boolean({ required: true, label: { zh: '须填原因', en: 'Needs a reason' } }),
    active: boolean({ required: true, label: { zh: '允许', en: 'Allowed' } }),
  },
  access: { by: 'company' },
});

export type LifecycleStep = NonNullable<typeof LifecycleStepEntity.row>;

/** When customers come to a stage by themselves: configuration. */
export const LifecycleRuleEntity = defineEntity('LifecycleRule', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '规则编号', en: 'Code' } }),
    labels: json<Labels>({ required: true, label: { zh: '名称', en: 'Name' } }),
    toStage: term({ ...stage, required: true, label: { zh: '新阶段', en: 'To' } }),
    criteria: json<Criteria>({ required: true, label: { zh: '条件', en: 'Criteria' } }),
    priority: int({ required: true, label: { zh: '优先级', en: 'Priority' } }),
    mode: choice(
      { APPLY: { zh: '执行', en: 'Apply' }, SUGGEST: { zh: '建议', en: 'Suggest' } },
      { required: true, label: { zh: '方式', en: 'Mode' } },
    ),
    minDwellDays: int({
      required: true,
      label: { zh: '最短停留天数', en: 'Least days in a stage' },
    }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type LifecycleRule = NonNullable<typeof LifecycleRuleEntity.row>;

/** What a rule found in figures of elsewhere. */
export type Evidence = readonly { readonly field: string; readonly value?: unknown }[];

/** What a rule proposes and a person decides. */
export const LifecycleSuggestionEntity = defineEntity('LifecycleSuggestion', {
  fields: {
    customerId: id({ required: true, managed: true, label: { zh: '客户', en: 'Customer' } }),
    fromStage: term({ ...stage, managed: true, label: { zh: '原阶段', en: 'From' } }),
    toStage: term({ ...stage, required: true, managed: true, label: { zh: '新阶段', en: 'To' } }),
    ruleCode: text({
      max: 64,
      required: true,
      managed: true,
      label: { zh: '规则编号', en: 'Rule' },
    }),
    state: choice(
      {
        OPEN: { zh: '待处理', en: 'Open' },
        ACCEPTED: { zh: '已采纳', en: 'Accepted' },
        DISMISSED: { zh: '已忽略', en: 'Dismissed' },
      },
      { required: true, managed: true, label: { zh: '状态', en: 'State' } },
    ),
    reason: text({ max: 500, label: { zh: '原因', en: 'Reason' } }),
    evidence: json<Evidence>({ managed: true, label: { zh: '依据', en: 'Evidence' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
  relations: {
    customer: { to: () => CustomerEntity, from: 'customerId', foreign: 'id', isOne: true },
  },
});

export type LifecycleSuggestion = NonNullable<typeof LifecycleSuggestionEntity.row>;
