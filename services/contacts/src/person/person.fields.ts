import { addressFields } from '@crm/kit/record/address';
import { defineEntity } from '@crm/kit/record/entity';
import { companyDate } from '@crm/kit/record/criteria';
import { boolean, choice, date, group, id, int, json, list, text } from '@crm/kit/record/field';
import { AffiliationEntity } from '../affiliation/affiliation.fields.ts';
import type { ContactPoint } from './contact-point.ts';
import { minorSql } from './minor.ts';
import { profileFields } from './profile.fields.ts';

const personal = { class: 'PERSONAL' } as const;

const calendarDate = {
  calendar: choice(
    { GREGORIAN: { zh: '公历', en: 'Gregorian' }, CHINESE_LUNAR: { zh: '农历', en: 'Lunar' } },
    { label: { zh: '历法', en: 'Calendar' }, ...personal },
  ),
  year: int({ label: { zh: '年', en: 'Year' }, ...personal }),
  month: int({ label: { zh: '月', en: 'Month' }, ...personal }),
  day: int({ label: { zh: '日', en: 'Day' }, ...personal }),
  leapMonth: boolean({ label: { zh: '闰月', en: 'Leap month' }, ...personal }),
} as const;

const personFields = {
  code: text({ max: 64, required: true, label: { zh: '联系人编号', en: 'Code' } }),
  name: text({ max: 100, required: true, label: { zh: '姓名', en: 'Name' } }),
  gender: choice(
    { MALE: { zh: '男', en: 'Male' }, FEMALE: { zh: '女', en: 'Female' } },
    { label: { zh: '性别', en: 'Gender' } },
  ),
  birthday: group({ zh: '生日', en: 'Birthday' }, calendarDate),
  ethnicity: text({ max: 50, class: 'SENSITIVE', label: { zh: '族别', en: 'Ethnicity' } }),
  birthplace: text({ max: 100, label: { zh: '出生地', en: 'Birthplace' }, ...personal }),
  nativePlace: text({ max: 100, label: { zh: '籍贯', en: 'Native place' }, ...personal }),
  homeAddress: group({ zh: '家庭住址', en: 'Home address' }, addressFields('PERSONAL')),
  contactPoints: json<readonly ContactPoint[]>({
    label: { zh: '联系方式', en: 'Contact points' },
  }),
  profile: group({ zh: '个人情况', en: 'Profile' }, profileFields),
  guardianConsent: group(
    { zh: '监护人同意', en: 'Consent of the guardian' },
    {
      givenBy: text({ max: 100, label: { zh: '监护人', en: 'Guardian' } }),
      givenOn: date({ label: { zh: '同意日期', en: 'Given on' } }),
    },
  ),
  minorUntil: date({
    managed: true,
    internal: true,
    label: { zh: '满十四周岁日', en: 'Day of the fourteenth birthday' },
  }),
  honoraryPositions: list({ max: 20, label: { zh: '名誉职务', en: 'Honorary positions' } }),
  status: choice(
    {
      ACTIVE: { zh: '在职', en: 'Active' },
      PLACEHOLDER: { zh: '待确认', en: 'Placeholder' },
      DEPARTED: { zh: '已离开', en: 'Departed' },
      DECEASED: { zh: '已故', en: 'Deceased' },
    },
    { required: true, label: { zh: '状态', en: 'Status' } },
  ),
  ownerId: id({ references: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
  teamId: id({ managed: true, label: { zh: '所属团队', en: 'Team' } }),
  note: text({ max: 4000, label: { zh: '备注', en: 'Note' } }),
  source: text({ max: 64, label: { zh: '来源系统', en: 'Source' } }),
  externalRef: text({ max: 100, label: { zh: '外部编号', en: 'External reference' } }),
  searchText: text({
    max: 2000,
    managed: true,
    internal: true,
    label: { zh: '检索文本', en: 'Search text' },
  }),
} as const;

/** Of a child, whatever the class of the field. The name and the code are what it is known by. */
const fieldsOfChild = [
  'age',
  'birthday',
  'birthplace',
  'careers',
  'contactPoints',
  'customFields',
  'educations',
  'ethnicity',
  'gender',
  'homeAddress',
  'honoraryPositions',
  'nativePlace',
  'note',
  'profile',
] as const;

/** A person is reached by the owner, and by whoever reaches a customer that the person is at. */
export const PersonEntity = defineEntity('Person', {
  fields: personFields,
  access: {
    by: 'any',
    of: [
      { by: 'owner', owner: 'ownerId', team: 'teamId' },
      {
        by: 'link',
        table: 'affiliation',
        column: 'personId',
        parentColumn: 'customerId',
        parentTable: 'customerAccess',
      },
    ],
  },
  derived: { age: 'PERSONAL', educations: 'PERSONAL', careers: 'PERSONAL' },
  guard: {
    fields: fieldsOfChild,
    isGuarded: ({ minorUntil }, now) => minorUntil !== null && companyDate(now) < minorUntil,
    sql: minorSql,
  },
  relations: {
    affiliations: { to: () => AffiliationEntity, from: 'id', foreign: 'personId' },
  },
});

/** Whether it is kept as a child's. */
export const isGuarded = (person: Person, now: Date): boolean =>
  PersonEntity.guard?.isGuarded(person, now) ?? false;

export type Person = NonNullable<typeof PersonEntity.row>;
