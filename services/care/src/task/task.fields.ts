import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, dateTime, id, text } from '@crm/kit/record/field';
import { categories } from '../occasion/category.ts';
import { channels } from '../person/contact-point.ts';

/** What consent is asked for. */
export const purposes = {
  SERVICE: { zh: '业务通知', en: 'Service notices' },
  CARE: { zh: '关怀问候', en: 'Care' },
  MARKETING: { zh: '营销推广', en: 'Marketing' },
  SURVEY: { zh: '调查研究', en: 'Surveys' },
} as const;

export const states = {
  PROPOSED: { zh: '待确认', en: 'Proposed' },
  SELECTED: { zh: '待办', en: 'To do' },
  EXCLUDED: { zh: '已排除', en: 'Excluded' },
  SCHEDULED: { zh: '待发送', en: 'Scheduled' },
  SENT: { zh: '已发送', en: 'Sent' },
  DONE: { zh: '已完成', en: 'Done' },
  SKIPPED: { zh: '已错过', en: 'Skipped' },
  FAILED: { zh: '失败', en: 'Failed' },
  SUPPRESSED: { zh: '已抑制', en: 'Suppressed' },
} as const;

const managed = { managed: true } as const;

/** Care for one person on one occasion: of the staff that reaches the customer or the person, or has it to do. */
export const CareTaskEntity = defineEntity('CareTask', {
  fields: {
    planId: id({ ...managed, references: 'CarePlan', label: { zh: '关怀计划', en: 'Plan' } }),
    personId: id({ required: true, label: { zh: '联系人', en: 'Person' } }),
    aboutId: id({ ...managed, class: 'PERSONAL', label: { zh: '家属', en: 'About' } }),
    customerId: id({ ...managed, label: { zh: '客户', en: 'Customer' } }),
    occasionId: id({ references: 'Occasion', label: { zh: '时机', en: 'Occasion' } }),
    occasionOn: date({ required: true, label: { zh: '时机日期', en: 'Day of the occasion' } }),
    category: choice(categories, {
      required: true,
      ...managed,
      label: { zh: '关怀类别', en: 'Category' },
    }),
    purpose: choice(purposes, { required: true, label: { zh: '用途', en: 'Purpose' } }),
    state: choice(states, { required: true, ...managed, label: { zh: '状态', en: 'State' } }),
    reason: text({ max: 64, ...managed, label: { zh: '原因', en: 'Reason' } }),
    channel: choice(channels, { label: { zh: '渠道', en: 'Channel' } }),
    templateId: id({ label: { zh: '模板', en: 'Template' } }),
    dueAt: dateTime({ required: true, label: { zh: '执行时间', en: 'Due' } }),
    assigneeId: id({ references: 'StaffMember', label: { zh: '负责人', en: 'Assignee' } }),
    decidedById: id({
      ...managed,
      names: 'StaffMember',
      label: { zh: '决定人', en: 'Decided by' },
    }),
    decidedAt: dateTime({ ...managed, label: { zh: '决定时间', en: 'Decided' } }),
    endedAt: dateTime({ ...managed, label: { zh: '结束时间', en: 'Ended' } }),
    surveyId: id({ references: 'Survey', label: { zh: '问卷', en: 'Survey' } }),
    note: text({ max: 500, label: { zh: '说明', en: 'Note' } }),
  },
  access: {
    by: 'all',
    of: [
      { by: 'company', writers: 'staff' },
      {
        by: 'any',
        of: [
          { by: 'parent', column: 'customerId', table: 'customerAccess' },
          { by: 'parent', column: 'personId', table: 'personPulse' },
          { by: 'staff', column: 'assigneeId' },
        ],
      },
    ],
  },
  // Its day is that of a birthday, or of what happened in a life.
  rowClasses: [{ class: 'PERSONAL', when: (alias) => `${alias}.category = 'SPECIAL'` }],
});

export type CareTask = NonNullable<typeof CareTaskEntity.row>;
