import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, group, int, text } from '@crm/kit/record/field';

/** The steps in which a company sells, as it defines them. Retired, never deleted. */
export const OpportunityStageEntity = defineEntity('OpportunityStage', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '代码', en: 'Code' } }),
    labels: group(
      { zh: '名称', en: 'Labels' },
      {
        zh: text({ max: 100, required: true, label: { zh: '中文', en: 'Chinese' } }),
        en: text({ max: 100, required: true, label: { zh: '英文', en: 'English' } }),
      },
    ),
    probability: int({ required: true, label: { zh: '赢单概率', en: 'Probability' } }),
    order: int({ required: true, label: { zh: '顺序', en: 'Order' } }),
    outcome: choice(
      {
        OPEN: { zh: '进行中', en: 'Open' },
        WON: { zh: '赢单', en: 'Won' },
        LOST: { zh: '输单', en: 'Lost' },
        ABANDONED: { zh: '放弃', en: 'Abandoned' },
      },
      { required: true, label: { zh: '结果', en: 'Outcome' } },
    ),
    active: boolean({ required: true, label: { zh: '有效', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type OpportunityStage = NonNullable<typeof OpportunityStageEntity.row>;
