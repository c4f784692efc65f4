import { defineEntity } from '@crm/kit/record/entity';
import { boolean, id, text } from '@crm/kit/record/field';
import { factStamps } from '@crm/kit/projection/state';

const named = {
  ...factStamps,
  code: text({ max: 64, required: true, label: { zh: '编号', en: 'Code' } }),
  name: text({ max: 200, required: true, label: { zh: '名称', en: 'Name' } }),
} as const;

export const StaffMemberEntity = defineEntity('StaffMember', {
  fields: {
    ...named,
    teamId: id({ references: 'Team', label: { zh: '所属团队', en: 'Team' } }),
    managerId: id({ references: 'StaffMember', label: { zh: '上级', en: 'Manager' } }),
    active: boolean({ required: true, label: { zh: '在职', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export const TeamEntity = defineEntity('Team', {
  fields: {
    ...named,
    parentId: id({ references: 'Team', label: { zh: '上级团队', en: 'Parent' } }),
  },
  access: { by: 'company' },
});

/** No partner reads of competitors. */
export const CompetitorEntity = defineEntity('Competitor', {
  fields: {
    ...named,
    category: text({ max: 64, label: { zh: '类别', en: 'Category' } }),
    threatLevel: text({ max: 16, label: { zh: '威胁程度', en: 'Threat level' } }),
    scale: text({ max: 64, label: { zh: '规模', en: 'Scale' } }),
    region: text({ max: 100, label: { zh: '地区', en: 'Region' } }),
  },
  access: { by: 'company' },
});

export const ProductEntity = defineEntity('Product', {
  fields: {
    ...named,
    category: text({ max: 100, label: { zh: '类别', en: 'Category' } }),
    active: boolean({ required: true, label: { zh: '在售', en: 'Active' } }),
  },
  access: { by: 'company' },
});
