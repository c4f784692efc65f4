import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, group, int, text } from '@crm/kit/record/field';

const [chinese, english] = [
  { max: 100, label: { zh: '中文', en: 'Chinese' } },
  { max: 100, label: { zh: '英文', en: 'English' } },
] as const;

/** How organisations may be related: what a company defines as it needs. Retired, never deleted. */
export const RelationTypeEntity = defineEntity('RelationType', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '代码', en: 'Code' } }),
    inverseCode: text({ max: 64, label: { zh: '反向代码', en: 'Inverse code' } }),
    labels: group(
      { zh: '名称', en: 'Labels' },
      {
        zh: text({ ...chinese, required: true }),
        en: text({ ...english, required: true }),
      },
    ),
    inverseLabels: group(
      { zh: '反向名称', en: 'Inverse labels' },
      { zh: text(chinese), en: text(english) },
    ),
    shape: choice(
      {
        SYMMETRIC: { zh: '对称', en: 'Symmetric' },
        DIRECTED: { zh: '有向', en: 'Directed' },
        ACYCLIC: { zh: '无环', en: 'Acyclic' },
        HIERARCHICAL: { zh: '层级', en: 'Hierarchical' },
      },
      { required: true, label: { zh: '形态', en: 'Shape' } },
    ),
    order: int({ required: true, label: { zh: '顺序', en: 'Order' } }),
    active: boolean({ required: true, label: { zh: '有效', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type RelationType = NonNullable<typeof RelationTypeEntity.row>;
