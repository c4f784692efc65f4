import type { Criteria } from '@crm/kit/record/criteria';
import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, int, json, text, type Labels } from '@crm/kit/record/field';

export type LevelThreshold = { readonly level: string; readonly days: number };
export type LevelPercent = { readonly level: string; readonly percent: number };

/** Who may be told of alerts instead of somebody in particular. */
export const roles = {
  MANAGER: { zh: '经理', en: 'Manager' },
  CARE_AGENT: { zh: '客户关怀专员', en: 'Care agent' },
  ADMIN: { zh: '管理员', en: 'Administrator' },
} as const;

export const severities = {
  INFO: { zh: '提示', en: 'Info' },
  WARNING: { zh: '警告', en: 'Warning' },
  CRITICAL: { zh: '严重', en: 'Critical' },
} as const;

export const AlertRuleEntity = defineEntity('AlertRule', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '规则编号', en: 'Code' } }),
    labels: json<Labels>({ label: { zh: '名称', en: 'Labels' }, required: true }),
    kind: choice(
      {
        CONTACT_OVERDUE: { zh: '联系超期', en: 'Contact overdue' },
        NO_BUSINESS: { zh: '无业务', en: 'No business' },
        RECEIVABLE_OVERDUE: { zh: '应收账款逾期', en: 'Receivable overdue' },
        CREDIT_LIMIT_NEAR: { zh: '信用额度将满', en: 'Credit limit near' },
        GRADE_FELL: { zh: '评级下降', en: 'Grade fell' },
        BIRTHDAY_UNPLANNED: { zh: '生日未安排关怀', en: 'Birthday without care' },
        CUSTOM: { zh: '自定义', en: 'Custom' },
      },
      { required: true, label: { zh: '类型', en: 'Kind' } },
    ),
    criteria: json<Criteria>({ label: { zh: '条件', en: 'Criteria' } }),
    thresholdDays: int({ label: { zh: '天数', en: 'Threshold in days' } }),
    levelThresholds: json<readonly LevelThreshold[]>({
      label: { zh: '各级别天数', en: 'Thresholds by level' },
    }),
    thresholdPercent: int({ label: { zh: '百分比', en: 'Threshold in percent' } }),
    levelPercents: json<readonly LevelPercent[]>({
      label: { zh: '各级别百分比', en: 'Percentages by level' },
    }),
    model: text({ max: 64, label: { zh: '评价模型', en: 'Evaluation model' } }),
    severity: choice(severities, {
      required: true,
      label: { zh: '严重程度', en: 'Severity' },
    }),
    route: choice(
      {
        OWNER: { zh: '负责人', en: 'Owner' },
        TEAM_LEAD: { zh: '上级', en: 'Team lead' },
        ROLE: { zh: '角色', en: 'Role' },
      },
      { required: true, label: { zh: '通知对象', en: 'Route' } },
    ),
    role: choice(roles, { label: { zh: '角色', en: 'Role' } }),
    escalateAfterDays: int({ label: { zh: '升级天数', en: 'Escalate after days' } }),
    autoResolve: boolean({ required: true, label: { zh: '自动解除', en: 'Resolves by itself' } }),
    snoozable: boolean({ required: true, label: { zh: '可推迟', en: 'May be snoozed' } }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type AlertRule = NonNullable<typeof AlertRuleEntity.row>;
