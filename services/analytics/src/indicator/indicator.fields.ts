import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, json, text, type Labels } from '@crm/kit/record/field';
import type { IndicatorSource } from './indicator.ts';

const subjectTypes = {
  CUSTOMER: { zh: '客户', en: 'Customer' },
  PERSON: { zh: '联系人', en: 'Person' },
  COMPETITOR: { zh: '竞争对手', en: 'Competitor' },
  STAFF: { zh: '员工', en: 'Staff' },
} as const;

const categories = {
  TRANSACTION: { zh: '交易类', en: 'Transactions' },
  FINANCIAL: { zh: '财务类', en: 'Finance' },
  ATTRIBUTE: { zh: '特征类', en: 'Attributes' },
  ENGAGEMENT: { zh: '联络类', en: 'Engagement' },
  RELATIONSHIP: { zh: '关系类', en: 'Relationships' },
} as const;

const valueTypes = {
  NUMBER: { zh: '数值', en: 'Number' },
  TEXT: { zh: '文本', en: 'Text' },
  BOOLEAN: { zh: '是否', en: 'Yes or no' },
} as const;

export const IndicatorEntity = defineEntity('Indicator', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '指标编号', en: 'Code' } }),
    labels: json<Labels>({ required: true, label: { zh: '名称', en: 'Labels' } }),
    category: choice(categories, { required: true, label: { zh: '指标类别', en: 'Category' } }),
    subjectType: choice(subjectTypes, {
      required: true,
      label: { zh: '评估对象', en: 'Subject type' },
    }),
    source: json<IndicatorSource>({ required: true, label: { zh: '来源', en: 'Source' } }),
    valueType: choice(valueTypes, { required: true, label: { zh: '值类型', en: 'Value type' } }),
    unit: text({ max: 16, label: { zh: '单位', en: 'Unit' } }),
    isActive: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type IndicatorRow = NonNullable<typeof IndicatorEntity.row>;
