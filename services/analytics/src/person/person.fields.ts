import { defineEntity, withoutFields, type Entity } from '@crm/kit/record/entity';
import { boolean, date, group, id, int, list, text } from '@crm/kit/record/field';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { unkeptStamps } from '@crm/kit/projection/state';

const personal = { class: 'PERSONAL' } as const;

/** Told privately, and of no child. */
const birthday = group(
  { zh: '生日', en: 'Birthday' },
  {
    calendar: text({ max: 16, label: { zh: '历法', en: 'Calendar' }, ...personal }),
    year: int({ label: { zh: '年', en: 'Year' }, ...personal }),
    month: int({ label: { zh: '月', en: 'Month' }, ...personal }),
    day: int({ label: { zh: '日', en: 'Day' }, ...personal }),
    leapMonth: boolean({ label: { zh: '闰月', en: 'Leap month' }, ...personal }),
  },
);

const publicFields = {
  ...unkeptStamps,
  code: text({ max: 64, required: true, label: { zh: '联系人编号', en: 'Code' } }),
  name: text({ max: 100, required: true, label: { zh: '姓名', en: 'Name' } }),
  gender: text({ max: 16, label: { zh: '性别', en: 'Gender' } }),
  status: text({ max: 16, required: true, label: { zh: '状态', en: 'Status' } }),
  ownerId: id({ references: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
  teamId: id({ references: 'Team', label: { zh: '所属团队', en: 'Team' } }),
} as const;

/** A person is reached by the owner, and by whoever reaches a customer that the person is at. */
const access = {
  by: 'any',
  of: [
    { by: 'owner', owner: 'ownerId', team: 'teamId' },
    {
      by: 'link',
      table: 'affiliation',
      column: 'personId',
      parentColumn: 'customerId',
      parentTable: 'customer',
    },
  ],
} as const;

export const PersonEntity = defineEntity('Person', {
  fields: { ...publicFields, birthday },
  access,
  relations: {
    affiliations: { to: (): Entity => AffiliationEntity, from: 'id', foreign: 'personId' },
  },
});

/** What public and private events write of the table. */
export const ToldPerson = defineEntity('Person', { fields: publicFields, access });
export const PrivatePerson = withoutFields(
  defineEntity('Person', { fields: { birthday }, access }),
  ['customFields'],
);

/** Who is who at a customer. */
export const AffiliationEntity = defineEntity('Affiliation', {
  fields: {
    ...unkeptStamps,
    personId: id({ required: true, references: 'Person', label: { zh: '人员', en: 'Person' } }),
    customerId: id({ references: 'Customer', label: { zh: '客户', en: 'Customer' } }),
    roles: list({ label: { zh: '角色', en: 'Roles' } }),
    department: text({ max: 100, label: { zh: '部门', en: 'Department' } }),
    jobTitle: text({ max: 100, label: { zh: '职务', en: 'Job title' } }),
    isPrimary: boolean({ required: true, label: { zh: '主要', en: 'Primary' } }),
    validFrom: date({ label: { zh: '起始日期', en: 'From' } }),
    validTo: date({ label: { zh: '终止日期', en: 'To' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
  relations: {
    person: { to: (): Entity => PersonEntity, from: 'personId', foreign: 'id', isOne: true },
    customer: { to: () => CustomerEntity, from: 'customerId', foreign: 'id', isOne: true },
  },
});
