import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, dateTime, group, id, int, list, text } from '@crm/kit/record/field';

/** Ways in which people are in touch. */
export const interactionKinds = {
  VISIT: { zh: '拜访', en: 'Visit' },
  MEETING: { zh: '会议', en: 'Meeting' },
  CALL: { zh: '电话', en: 'Call' },
  EMAIL: { zh: '电子邮件', en: 'Email' },
  MESSAGE: { zh: '短消息', en: 'Message' },
  LETTER: { zh: '信函', en: 'Letter' },
  MEAL: { zh: '宴请', en: 'Meal' },
  GIFT: { zh: '礼品', en: 'Gift' },
  EVENT: { zh: '活动', en: 'Event' },
  OTHER: { zh: '其他', en: 'Other' },
} as const;

const interactionFields = {
  kind: choice(interactionKinds, { required: true, label: { zh: '方式', en: 'Kind' } }),
  direction: choice(
    { INBOUND: { zh: '来访', en: 'Inbound' }, OUTBOUND: { zh: '去访', en: 'Outbound' } },
    { required: true, label: { zh: '方向', en: 'Direction' } },
  ),
  customerId: id({ names: 'Customer', label: { zh: '客户', en: 'Customer' } }),
  participantIds: list({ names: 'Person', label: { zh: '参与联系人', en: 'Participants' } }),
  staffIds: list({ label: { zh: '我方人员', en: 'Staff' } }),
  occurredAt: dateTime({ required: true, label: { zh: '发生时间', en: 'Occurred at' } }),
  durationMinutes: int({ label: { zh: '时长（分钟）', en: 'Minutes' } }),
  subject: text({ max: 200, label: { zh: '主题', en: 'Subject' } }),
  content: text({ max: 10_000, label: { zh: '内容', en: 'Content' } }),
  outcome: choice(
    {
      POSITIVE: { zh: '积极', en: 'Positive' },
      NEUTRAL: { zh: '一般', en: 'Neutral' },
      NEGATIVE: { zh: '消极', en: 'Negative' },
      NOT_REACHED: { zh: '未联系上', en: 'Not reached' },
    },
    { label: { zh: '结果', en: 'Outcome' } },
  ),
  nextStep: text({ max: 1000, label: { zh: '下一步', en: 'Next step' } }),
  nextTouchOn: date({ label: { zh: '下次联系日期', en: 'Next touch on' } }),
  relatesTo: group(
    { zh: '关联', en: 'Relates to' },
    {
      needId: id({ names: 'Need', label: { zh: '需求', en: 'Need' } }),
      opportunityId: id({ names: 'Opportunity', label: { zh: '商机', en: 'Opportunity' } }),
      careTaskId: id({ names: 'CareTask', label: { zh: '关怀任务', en: 'Care task' } }),
    },
  ),
  visibility: choice(
    {
      CUSTOMER: { zh: '客户可见者', en: 'Whoever sees the customer' },
      TEAM: { zh: '本团队', en: 'The team' },
      PRIVATE: { zh: '仅本人', en: 'Only who logged it' },
    },
    { required: true, label: { zh: '可见范围', en: 'Visibility' } },
  ),
  source: text({ max: 64, label: { zh: '来源系统', en: 'Source' } }),
  externalRef: text({ max: 100, label: { zh: '外部编号', en: 'External reference' } }),
  // Whoever logged it keeps it in sight where there is no customer.
  ownerId: id({ managed: true, internal: true, label: { zh: '记录人', en: 'Logged by' } }),
  teamId: id({ managed: true, internal: true, label: { zh: '记录团队', en: 'Logging team' } }),
} as const;

export const InteractionEntity = defineEntity('Interaction', {
  fields: interactionFields,
  access: {
    by: 'value',
    column: 'visibility',
    of: {
      CUSTOMER: {
        by: 'any',
        of: [
          { by: 'parent', column: 'customerId', table: 'customerAccess' },
          { by: 'owner', owner: 'ownerId', team: 'teamId' },
        ],
      },
      TEAM: { by: 'owner', owner: 'ownerId', team: 'teamId' },
      PRIVATE: { by: 'staff', column: 'ownerId' },
    },
  },
});

export type Interaction = NonNullable<typeof InteractionEntity.row>;
