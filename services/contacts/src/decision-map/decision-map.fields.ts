import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, dateTime, id, int, text } from '@crm/kit/record/field';

const customerId = id({ required: true, names: 'Customer', label: { zh: '客户', en: 'Customer' } });

/** Who decides at a customer, about one opportunity or in general. */
export const DecisionMapEntity = defineEntity('DecisionMap', {
  fields: {
    customerId,
    opportunityId: id({ names: 'Opportunity', label: { zh: '商机', en: 'Opportunity' } }),
    name: text({ max: 200, required: true, label: { zh: '名称', en: 'Name' } }),
    savedAt: dateTime({ required: true, managed: true, label: { zh: '保存时间', en: 'Saved' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customerAccess' },
});

export type DecisionMap = NonNullable<typeof DecisionMapEntity.row>;

/** One person in the decision, always a person that is known as such: a placeholder at least. */
export const DecisionNodeEntity = defineEntity('DecisionNode', {
  fields: {
    mapId: id({ required: true, managed: true, label: { zh: '决策图', en: 'Map' } }),
    customerId: { ...customerId, managed: true },
    personId: id({ required: true, names: 'Person', label: { zh: '联系人', en: 'Person' } }),
    /** Of the person above in this map. */
    parentId: id({ names: 'Person', label: { zh: '上级', en: 'Parent' } }),
    buyingRole: choice(
      {
        DECISION_MAKER: { zh: '决策者', en: 'Decision maker' },
        APPROVER: { zh: '批准者', en: 'Approver' },
        EVALUATOR: { zh: '评估者', en: 'Evaluator' },
        USER: { zh: '使用者', en: 'User' },
        INFLUENCER: { zh: '影响者', en: 'Influencer' },
        GATEKEEPER: { zh: '把关者', en: 'Gatekeeper' },
        COACH: { zh: '内线', en: 'Coach' },
      },
      { required: true, label: { zh: '采购角色', en: 'Buying role' } },
    ),
    stance: choice(
      {
        CHAMPION: { zh: '拥护', en: 'Champion' },
        SUPPORTER: { zh: '支持', en: 'Supporter' },
        NEUTRAL: { zh: '中立', en: 'Neutral' },
        SKEPTIC: { zh: '怀疑', en: 'Skeptic' },
        OPPONENT: { zh: '反对', en: 'Opponent' },
      },
      { label: { zh: '立场', en: 'Stance' } },
    ),
    influence: int({ label: { zh: '影响力', en: 'Influence' } }),
    note: text({ max: 2000, label: { zh: '备注', en: 'Note' } }),
    sequence: int({ required: true, managed: true, label: { zh: '序号', en: 'Sequence' } }),
    endedOn: date({ managed: true, label: { zh: '结束日期', en: 'Ended on' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customerAccess' },
});

export type DecisionNode = NonNullable<typeof DecisionNodeEntity.row>;
