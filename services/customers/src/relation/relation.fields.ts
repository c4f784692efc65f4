import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, text } from '@crm/kit/record/field';

const party = {
  CUSTOMER: { zh: '客户', en: 'Customer' },
  EXTERNAL: { zh: '外部单位', en: 'External organisation' },
} as const;

/**
 * One organisation's relation to another, in the direction that its type is named for: `from` is a
 * subsidiary of `to`. One of both at least is a customer.
 */
export const CustomerRelationEntity = defineEntity('CustomerRelation', {
  fields: {
    type: text({ max: 64, required: true, label: { zh: '关系类型', en: 'Type' } }),
    fromId: id({ required: true, names: 'Customer', label: { zh: '关系方', en: 'From' } }),
    fromKind: choice(party, { required: true, label: { zh: '关系方性质', en: 'Kind of from' } }),
    toId: id({ required: true, names: 'Customer', label: { zh: '对方', en: 'To' } }),
    toKind: choice(party, { required: true, label: { zh: '对方性质', en: 'Kind of to' } }),
    situation: text({ max: 2000, label: { zh: '状况', en: 'Situation' } }),
    strength: text({ max: 2000, label: { zh: '实力', en: 'Strength' } }),
    strategy: text({ max: 2000, label: { zh: '对策', en: 'Strategy' } }),
    note: text({ max: 2000, label: { zh: '备注', en: 'Note' } }),
    source: text({ max: 64, label: { zh: '来源', en: 'Source' } }),
    validFrom: date({ label: { zh: '开始日期', en: 'From day' } }),
    validTo: date({ label: { zh: '结束日期', en: 'To day' } }),
  },
  access: {
    by: 'any',
    of: [
      { by: 'parent', column: 'fromId', table: 'customer' },
      { by: 'parent', column: 'toId', table: 'customer' },
    ],
  },
});

export type CustomerRelation = NonNullable<typeof CustomerRelationEntity.row>;

/** A relation as it was reached from one of its organisations; by itself it is seen from `from`. */
export type SeenRelation = CustomerRelation & { readonly seenFromId?: string };
