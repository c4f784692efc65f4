import { defineEntity } from '@crm/kit/record/entity';
import { boolean, id, text } from '@crm/kit/record/field';

export const StaffMemberEntity = defineEntity('StaffMember', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '工号', en: 'Code' } }),
    name: text({ max: 100, required: true, label: { zh: '姓名', en: 'Name' } }),
    email: text({ max: 255, label: { zh: '电子邮件', en: 'Email' } }),
    jobTitle: text({ max: 100, label: { zh: '职务', en: 'Job title' } }),
    teamId: id({ references: 'Team', label: { zh: '团队', en: 'Team' } }),
    managerId: id({ references: 'StaffMember', label: { zh: '上级', en: 'Manager' } }),
    active: boolean({ required: true, label: { zh: '在职', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type StaffMember = NonNullable<typeof StaffMemberEntity.row>;

export const TeamEntity = defineEntity('Team', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '团队编号', en: 'Code' } }),
    name: text({ max: 100, required: true, label: { zh: '名称', en: 'Name' } }),
    parentId: id({ references: 'Team', label: { zh: '上级团队', en: 'Parent' } }),
  },
  access: { by: 'company' },
});

export type Team = NonNullable<typeof TeamEntity.row>;
