import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, dateTime, id, int, text } from '@crm/kit/record/field';
import { PersonPulseEntity } from '../person/person.fields.ts';

const managed = { managed: true } as const;

const deliveryReasons = {
  ADDRESS_SUPPRESSED: { zh: '已退订或地址失效', en: 'Unsubscribed, or the address is dead' },
  NO_ADDRESS: { zh: '无可用地址', en: 'No usable address' },
  NO_TEMPLATE: { zh: '无已发布模板', en: 'No template in use' },
  TOO_LATE: { zh: '已过时机', en: 'Too late' },
  CANCELLED: { zh: '任务已取消', en: 'The task was taken back' },
  NOT_ALLOWED: { zh: '不得联系', en: 'May not be addressed' },
  REFUSED: { zh: '服务商拒绝', en: 'Refused by the provider' },
  NO_SUCH_ADDRESS: { zh: '地址不存在', en: 'The address does not exist' },
  GIVEN_UP: { zh: '多次失败', en: 'Failed too often' },
  NO_ANSWER: { zh: '结果未知', en: 'The provider did not answer' },
  COMPLAINT: { zh: '收件人投诉', en: 'The recipient complained' },
} as const;

export type DeliveryReason = keyof typeof deliveryReasons;

/** One message to one person. A task has one by each channel at most. */
export const DeliveryEntity = defineEntity('Delivery', {
  fields: {
    taskId: id({ required: true, ...managed, label: { zh: '任务', en: 'Task' } }),
    personId: id({ required: true, ...managed, label: { zh: '联系人', en: 'Person' } }),
    customerId: id({ ...managed, label: { zh: '客户', en: 'Customer' } }),
    channel: choice(
      { EMAIL: { zh: '电子邮件', en: 'Email' }, SMS: { zh: '短信', en: 'SMS' } },
      { required: true, ...managed, label: { zh: '渠道', en: 'Channel' } },
    ),
    purpose: text({ max: 32, required: true, ...managed, label: { zh: '用途', en: 'Purpose' } }),
    occasionId: id({ ...managed, label: { zh: '场合', en: 'Occasion' } }),
    occasionOn: date({
      class: 'PERSONAL',
      ...managed,
      label: { zh: '场合日期', en: 'Date of the occasion' },
    }),
    templateId: id({ ...managed, label: { zh: '模板', en: 'Template' } }),
    textId: id({ ...managed, label: { zh: '所用版次', en: 'Text that was sent' } }),
    senderId: id({ ...managed, names: 'StaffMember', label: { zh: '发送人', en: 'Sender' } }),
    status: choice(
      {
        QUEUED: { zh: '待发送', en: 'Queued' },
        SENDING: { zh: '发送中', en: 'Sending' },
        ACCEPTED: { zh: '已提交', en: 'Accepted' },
        DELIVERED: { zh: '已送达', en: 'Delivered' },
        REPLIED: { zh: '已回复', en: 'Replied' },
        UNKNOWN: { zh: '结果未知', en: 'Unknown' },
        BOUNCED: { zh: '退回', en: 'Bounced' },
        FAILED: { zh: '失败', en: 'Failed' },
        SUPPRESSED: { zh: '未发送', en: 'Suppressed' },
      },
      { required: true, ...managed, label: { zh: '状态', en: 'Status' } },
    ),
    reason: choice(deliveryReasons, { ...managed, label: { zh: '原因', en: 'Reason' } }),
    problem: text({ max: 200, ...managed, label: { zh: '问题', en: 'Problem' } }),
    attempts: int({ required: true, ...managed, label: { zh: '次数', en: 'Attempts' } }),
    dueAt: dateTime({ required: true, ...managed, label: { zh: '应发时间', en: 'Due' } }),
    expiresAt: dateTime({ ...managed, label: { zh: '截止时间', en: 'Not after' } }),
    subject: text({
      max: 500,
      class: 'PERSONAL',
      ...managed,
      label: { zh: '主题', en: 'Subject' },
    }),
    content: text({
      max: 60_000,
      class: 'PERSONAL',
      ...managed,
      label: { zh: '内容', en: 'Content' },
    }),
    acceptedAt: dateTime({ ...managed, label: { zh: '提交时间', en: 'Accepted' } }),
    deliveredAt: dateTime({ ...managed, label: { zh: '送达时间', en: 'Delivered' } }),
  },
  // What is sent on a special occasion tells a birthday, or what happened in a life.
  rowClasses: [
    {
      class: 'PERSONAL',
      when: (alias) =>
        `EXISTS (SELECT 1 FROM careTask special WHERE special.id = ${alias}.taskId AND special.category = 'SPECIAL')`,
    },
  ],
  access: {
    by: 'any',
    of: [
      { by: 'parent', column: 'customerId', table: 'customerAccess' },
      { by: 'record', column: 'personId', of: () => PersonPulseEntity },
    ],
  },
});

export type Delivery = NonNullable<typeof DeliveryEntity.row>;
