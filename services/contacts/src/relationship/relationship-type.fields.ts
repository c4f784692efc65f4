import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, group, int, text } from '@crm/kit/record/field';

const [chinese, english] = [
  { max: 100, label: { zh: '中文', en: 'Chinese' } },
  { max: 100, label: { zh: '英文', en: 'English' } },
] as const;

export const category = choice(
  {
    WORK: { zh: '工作关联', en: 'Work' },
    FAMILY: { zh: '亲属', en: 'Family' },
    INFLUENCE: { zh: '影响', en: 'Influence' },
    SOCIAL: { zh: '社会关系', en: 'Social' },
  },
  { required: true, label: { zh: '类别', en: 'Category' } },
);

/** How people may be related: what a company defines as it needs. Retired, never deleted. */
export const RelationshipTypeEntity = defineEntity('RelationshipType', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '代码', en: 'Code' } }),
    inverseCode: text({ max: 64, label: { zh: '反向代码', en: 'Inverse code' } }),
    category,
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
    symmetric: boolean({ required: true, label: { zh: '对称', en: 'Symmetric' } }),
    hierarchical: boolean({ required: true, label: { zh: '层级', en: 'Hierarchical' } }),
    acyclic: boolean({ required: true, label: { zh: '无环', en: 'Acyclic' } }),
    defaultStrength: int({ required: true, label: { zh: '默认强度', en: 'Default strength' } }),
    careRelevant: boolean({ required: true, label: { zh: '关怀相关', en: 'Relevant to care' } }),
    order: int({ required: true, label: { zh: '顺序', en: 'Order' } }),
    active: boolean({ required: true, label: { zh: '有效', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type RelationshipType = NonNullable<typeof RelationshipTypeEntity.row>;
