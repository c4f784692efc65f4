import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, date, id, int, json, list, text } from '@crm/kit/record/field';
import type { ContactPoint } from '../person/contact-point.ts';

const affiliationFields = {
  personId: id({ required: true, names: 'Person', label: { zh: '联系人', en: 'Person' } }),
  customerId: id({ names: 'Customer', label: { zh: '客户', en: 'Customer' } }),
  externalOrganizationId: id({
    names: 'ExternalOrganization',
    label: { zh: '外部单位', en: 'External organisation' },
  }),
  organizationName: text({ max: 200, label: { zh: '工作单位', en: 'Organisation' } }),
  roles: list({
    max: 4,
    labels: {
      LEGAL_REPRESENTATIVE: { zh: '法人代表', en: 'Legal representative' },
      PRINCIPAL: { zh: '客户负责人', en: 'Principal' },
      KEY_PERSON: { zh: '关键人', en: 'Key person' },
      CONTACT: { zh: '联系人', en: 'Contact' },
    },
    label: { zh: '角色', en: 'Roles' },
  }),
  sequence: int({ label: { zh: '序号', en: 'Sequence' } }),
  department: text({ max: 100, label: { zh: '部门', en: 'Department' } }),
  jobTitle: text({ max: 100, label: { zh: '职务', en: 'Job title' } }),
  responsibilities: text({ max: 1000, label: { zh: '组织中的分工', en: 'Responsibilities' } }),
  influence: int({ label: { zh: '组织中的影响力', en: 'Influence' } }),
  businessFamiliarity: choice(
    {
      FAMILIAR: { zh: '熟悉', en: 'Familiar' },
      AVERAGE: { zh: '一般', en: 'Average' },
      UNFAMILIAR: { zh: '不熟悉', en: 'Unfamiliar' },
    },
    { label: { zh: '业务', en: 'Business familiarity' } },
  ),
  isPrimary: boolean({ required: true, label: { zh: '主要任职', en: 'Primary' } }),
  isProxy: boolean({ required: true, label: { zh: '代表客户', en: 'Stands for the customer' } }),
  registeredOn: date({ label: { zh: '注册时间', en: 'Registered on' } }),
  validFrom: date({ label: { zh: '开始日期', en: 'From' } }),
  validTo: date({ label: { zh: '结束日期', en: 'To' } }),
  endReason: choice(
    {
      LEFT: { zh: '离职', en: 'Left' },
      MOVED: { zh: '调动', en: 'Moved' },
      RETIRED: { zh: '退休', en: 'Retired' },
    },
    { managed: true, label: { zh: '结束原因', en: 'End reason' } },
  ),
  movedToId: id({ managed: true, label: { zh: '调往任职', en: 'Moved to' } }),
  contactPoints: json<readonly ContactPoint[]>({
    label: { zh: '工作联系方式', en: 'Work contact points' },
  }),
} as const;

/** Reached through the customer, and by the person's owner. */
export const AffiliationEntity = defineEntity('Affiliation', {
  fields: affiliationFields,
  access: {
    by: 'any',
    of: [
      { by: 'parent', column: 'customerId', table: 'customerAccess' },
      { by: 'parent', column: 'personId', table: 'person' },
    ],
  },
});

export type Affiliation = NonNullable<typeof AffiliationEntity.row>;
