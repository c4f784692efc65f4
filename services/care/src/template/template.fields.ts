import { defineEntity } from '@crm/kit/record/entity';
import { choice, dateTime, id, int, json, text, type Labels } from '@crm/kit/record/field';

const managed = { managed: true } as const;

export const locales = {
  ZH_CN: { zh: '中文', en: 'Chinese' },
  EN: { zh: '英文', en: 'English' },
} as const;

/** One text of a template: a draft, the one in use, or one that was. */
export const MessageTemplateEntity = defineEntity('MessageTemplate', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '模板编号', en: 'Code' } }),
    number: int({ required: true, ...managed, label: { zh: '版次', en: 'Number' } }),
    labels: json<Labels>({ required: true, label: { zh: '名称', en: 'Labels' } }),
    channel: choice(
      {
        EMAIL: { zh: '电子邮件', en: 'Email' },
        SMS: { zh: '短信', en: 'SMS' },
        LETTER: { zh: '信函', en: 'Letter' },
        CALL_SCRIPT: { zh: '电话用语', en: 'Call script' },
        VISIT_BRIEF: { zh: '拜访提纲', en: 'Visit brief' },
      },
      { required: true, label: { zh: '渠道', en: 'Channel' } },
    ),
    locale: choice(locales, { required: true, label: { zh: '语言', en: 'Locale' } }),
    occasionCode: text({ max: 64, label: { zh: '场合', en: 'Occasion' } }),
    format: choice(
      { TEXT: { zh: '纯文本', en: 'Text' }, HTML: { zh: '网页格式', en: 'HTML' } },
      { required: true, label: { zh: '格式', en: 'Format' } },
    ),
    subject: text({ max: 200, label: { zh: '主题', en: 'Subject' } }),
    body: text({ max: 16_000, required: true, label: { zh: '正文', en: 'Body' } }),
    smsSignature: text({ max: 20, label: { zh: '短信签名', en: 'SMS signature' } }),
    providerTemplateId: text({ max: 100, label: { zh: '服务商模板号', en: 'Provider template' } }),
    status: choice(
      {
        DRAFT: { zh: '草稿', en: 'Draft' },
        PUBLISHED: { zh: '已发布', en: 'Published' },
        RETIRED: { zh: '已停用', en: 'Retired' },
      },
      { required: true, ...managed, label: { zh: '状态', en: 'Status' } },
    ),
    publishedAt: dateTime({ ...managed, label: { zh: '发布时间', en: 'Published' } }),
    publishedById: id({
      ...managed,
      names: 'StaffMember',
      label: { zh: '发布人', en: 'Published by' },
    }),
    retiredAt: dateTime({ ...managed, label: { zh: '停用时间', en: 'Retired' } }),
  },
  access: { by: 'company' },
});

export type MessageTemplate = NonNullable<typeof MessageTemplateEntity.row>;
