import { defineEntity } from '@crm/kit/record/entity';
import { choice, dateTime, id, int, json, text } from '@crm/kit/record/field';
import { classField, hiddenByClass } from '@crm/kit/record/row-class';
import { roles, severities } from '../rule/rule.fields.ts';

/** How things stood when the alert was opened. */
export type Evidence = {
  readonly level: string | null;
  readonly lifecycleStage: string;
  /** Since when nothing happened, and how many days that was; null in a rule that counts none. */
  readonly since: string | null;
  readonly days: number | null;
  readonly thresholdDays: number | null;
  readonly thresholdPercent: number | null;
  /** The model by which the grade fell, and its grades where everybody may read them. */
  readonly model: string | null;
  readonly fromGrade: string | null;
  readonly toGrade: string | null;
  /** Whose birthday it is. */
  readonly personId: string | null;
};

const managed = { managed: true } as const;

export const AlertEntity = defineEntity('Alert', {
  fields: {
    ruleId: id({ required: true, ...managed, label: { zh: '规则', en: 'Rule' } }),
    ruleCode: text({
      max: 64,
      required: true,
      ...managed,
      label: { zh: '规则编号', en: 'Rule code' },
    }),
    customerId: id({ required: true, ...managed, label: { zh: '客户', en: 'Customer' } }),
    state: choice(
      {
        OPEN: { zh: '待处理', en: 'Open' },
        ACKNOWLEDGED: { zh: '处理中', en: 'Acknowledged' },
        SNOOZED: { zh: '已推迟', en: 'Snoozed' },
        RESOLVED: { zh: '已解除', en: 'Resolved' },
        DISMISSED: { zh: '已忽略', en: 'Dismissed' },
      },
      { required: true, ...managed, label: { zh: '状态', en: 'State' } },
    ),
    severity: choice(severities, {
      required: true,
      ...managed,
      label: { zh: '严重程度', en: 'Severity' },
    }),
    openedAt: dateTime({ required: true, ...managed, label: { zh: '产生时间', en: 'Opened' } }),
    evidence: json<Evidence>({ ...managed, label: { zh: '依据', en: 'Evidence' } }),
    // That there is an alert tells what its rule looks at.
    class: { ...classField, internal: true },
    creditUsedPercent: int({
      ...managed,
      class: 'CONFIDENTIAL',
      label: { zh: '已用额度百分比', en: 'Credit used in percent' },
    }),
    assigneeId: id({ ...managed, names: 'StaffMember', label: { zh: '处理人', en: 'Assignee' } }),
    assigneeRole: choice(roles, { ...managed, label: { zh: '处理角色', en: 'Assigned role' } }),
    acknowledgedAt: dateTime({ ...managed, label: { zh: '确认时间', en: 'Acknowledged' } }),
    snoozedUntil: dateTime({ ...managed, label: { zh: '推迟至', en: 'Snoozed until' } }),
    escalateAt: dateTime({
      ...managed,
      internal: true,
      label: { zh: '升级期限', en: 'Escalates at' },
    }),
    escalatedAt: dateTime({ ...managed, label: { zh: '升级时间', en: 'Escalated' } }),
    closedAt: dateTime({ ...managed, label: { zh: '关闭时间', en: 'Closed' } }),
    closedById: id({ ...managed, names: 'StaffMember', label: { zh: '关闭人', en: 'Closed by' } }),
    note: text({ max: 500, ...managed, label: { zh: '说明', en: 'Note' } }),
    // A dismissed alert keeps its place until its cause is gone, or it would be opened again at once.
    endedAt: dateTime({ ...managed, internal: true, label: { zh: '原因消失', en: 'Cause ended' } }),
  },
  // The company's own business, whatever of the customer is shared.
  access: {
    by: 'all',
    of: [
      { by: 'company', writers: 'staff' },
      { by: 'parent', column: 'customerId', table: 'customerAccess' },
    ],
  },
  rowClasses: hiddenByClass,
});

export type Alert = NonNullable<typeof AlertEntity.row>;
