import { defineEntity } from '@crm/kit/record/entity';
import { date, id, text } from '@crm/kit/record/field';

/** 升迁. What somebody was and came to be at an organisation, told as such and never guessed. */
export const PromotionEntity = defineEntity('Promotion', {
  fields: {
    affiliationId: id({ required: true, label: { zh: '任职', en: 'Affiliation' } }),
    personId: id({ managed: true, names: 'Person', label: { zh: '联系人', en: 'Person' } }),
    customerId: id({ managed: true, names: 'Customer', label: { zh: '客户', en: 'Customer' } }),
    promotedOn: date({ required: true, label: { zh: '升迁日期', en: 'Promoted on' } }),
    oldTitle: text({ max: 100, managed: true, label: { zh: '原职务', en: 'Old title' } }),
    newTitle: text({ max: 100, required: true, label: { zh: '新职务', en: 'New title' } }),
    oldDepartment: text({ max: 100, managed: true, label: { zh: '原部门', en: 'Old department' } }),
    newDepartment: text({ max: 100, label: { zh: '新部门', en: 'New department' } }),
    note: text({ max: 500, label: { zh: '说明', en: 'Note' } }),
  },
  access: {
    by: 'any',
    of: [
      { by: 'parent', column: 'customerId', table: 'customerAccess' },
      { by: 'parent', column: 'personId', table: 'person' },
    ],
  },
});

export type Promotion = NonNullable<typeof PromotionEntity.row>;
