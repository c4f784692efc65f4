import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, group, int, json, text } from '@crm/kit/record/field';
import { categories } from '../occasion/category.ts';

/** Days on which nobody is addressed, both included. */
export type Blackout = { readonly from: string; readonly to: string; readonly reason: string };

/** How much care is too much. All active policies of a category hold beside each other. */
export const FatiguePolicyEntity = defineEntity('FatiguePolicy', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '规则编号', en: 'Code' } }),
    category: choice(categories, { label: { zh: '关怀类别', en: 'Category' } }),
    maxTouches: int({ label: { zh: '最多次数', en: 'Touches at most' } }),
    periodDays: int({ label: { zh: '周期天数', en: 'Days of the period' } }),
    onePerOccasion: boolean({
      required: true,
      label: { zh: '每个时机一次', en: 'One per occasion' },
    }),
    quietHours: group(
      { zh: '免打扰时段', en: 'Quiet hours' },
      {
        from: text({ max: 5, label: { zh: '开始', en: 'From' } }),
        to: text({ max: 5, label: { zh: '结束', en: 'To' } }),
        timeZone: text({ max: 64, label: { zh: '时区', en: 'Time zone' } }),
      },
    ),
    blackouts: json<readonly Blackout[]>({ label: { zh: '禁发日期', en: 'Blackout dates' } }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type FatiguePolicy = NonNullable<typeof FatiguePolicyEntity.row>;
