import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, int, json, text, type Labels } from '@crm/kit/record/field';
import { categories } from './category.ts';
import type { DateRule } from './date-rule.ts';

/** What care is given for: a day of the year, a birthday, or something that happened in a life. */
export const OccasionEntity = defineEntity('Occasion', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '时机编号', en: 'Code' } }),
    labels: json<Labels>({ label: { zh: '名称', en: 'Labels' }, required: true }),
    category: choice(categories, { required: true, label: { zh: '关怀类别', en: 'Category' } }),
    kind: choice(
      {
        FESTIVAL: { zh: '节日', en: 'Festival' },
        EVENT_INVITATION: { zh: '活动邀请', en: 'Invitation to an event' },
        BIRTHDAY: { zh: '生日', en: 'Birthday' },
        PROMOTION: { zh: '升迁', en: 'Promotion' },
        FAMILY: { zh: '家属生日', en: 'Birthday in the family' },
        ANNIVERSARY: { zh: '纪念日', en: 'Anniversary' },
        CUSTOM: { zh: '自定义', en: 'Custom' },
      },
      { required: true, label: { zh: '类型', en: 'Kind' } },
    ),
    dateRule: json<DateRule>({ label: { zh: '日期规则', en: 'Date rule' } }),
    trigger: text({ max: 64, managed: true, label: { zh: '触发事件', en: 'Trigger' } }),
    leadDays: int({ required: true, label: { zh: '提前天数', en: 'Days ahead' } }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type Occasion = NonNullable<typeof OccasionEntity.row>;
