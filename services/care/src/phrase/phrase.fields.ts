import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, int, text } from '@crm/kit/record/field';
import { locales } from '../template/template.fields.ts';

/** Words for an occasion, kept once and used in many templates. */
export const PhrasePresetEntity = defineEntity('PhrasePreset', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '用语编号', en: 'Code' } }),
    kind: choice(
      {
        NOTICE: { zh: '通知用语', en: 'Notice' },
        GREETING: { zh: '祝福用语', en: 'Greeting' },
      },
      { required: true, label: { zh: '类型', en: 'Kind' } },
    ),
    occasionCode: text({ max: 64, label: { zh: '场合', en: 'Occasion' } }),
    locale: choice(locales, { required: true, label: { zh: '语言', en: 'Locale' } }),
    tone: choice(
      {
        FORMAL: { zh: '正式', en: 'Formal' },
        WARM: { zh: '亲切', en: 'Warm' },
        PLAIN: { zh: '简洁', en: 'Plain' },
      },
      { required: true, label: { zh: '语气', en: 'Tone' } },
    ),
    text: text({ max: 500, required: true, label: { zh: '用语', en: 'Text' } }),
    sortOrder: int({ required: true, label: { zh: '顺序', en: 'Order' } }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type PhrasePreset = NonNullable<typeof PhrasePresetEntity.row>;
