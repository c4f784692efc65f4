import { defineEntity } from '@crm/kit/record/entity';
import { boolean, money, text } from '@crm/kit/record/field';

export const ProductEntity = defineEntity('Product', {
  fields: {
    code: text({ max: 64, required: true, class: 'PUBLIC', label: { zh: '产品编号', en: 'Code' } }),
    name: text({ max: 200, required: true, class: 'PUBLIC', label: { zh: '名称', en: 'Name' } }),
    category: text({ max: 100, class: 'PUBLIC', label: { zh: '类别', en: 'Category' } }),
    unit: text({ max: 100, label: { zh: '单位', en: 'Unit' } }),
    listPrice: money({ zh: '标价', en: 'List price' }),
    active: boolean({ required: true, label: { zh: '在售', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type Product = NonNullable<typeof ProductEntity.row>;
