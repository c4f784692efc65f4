import { defineEntity } from '@crm/kit/record/entity';
import { date, id, text } from '@crm/kit/record/field';

/** What somebody has decided at an organisation. It goes with the affiliation. */
export const DecisionRecordEntity = defineEntity('DecisionRecord', {
  fields: {
    affiliationId: id({ required: true, label: { zh: '任职', en: 'Affiliation' } }),
    personId: id({ managed: true, names: 'Person', label: { zh: '联系人', en: 'Person' } }),
    customerId: id({ managed: true, names: 'Customer', label: { zh: '客户', en: 'Customer' } }),
    decidedOn: date({ required: true, label: { zh: '决策日期', en: 'Decided on' } }),
    content: text({ max: 2000, required: true, label: { zh: '决策内容', en: 'Content' } }),
  },
  access: {
    by: 'any',
    of: [
      { by: 'parent', column: 'customerId', table: 'customerAccess' },
      { by: 'parent', column: 'personId', table: 'person' },
    ],
  },
});

export type DecisionRecord = NonNullable<typeof DecisionRecordEntity.row>;
