import { defineEntity, withoutFields, type Entity } from '@crm/kit/record/entity';
import { boolean, date, dateTime, group, id, int, json, list, text } from '@crm/kit/record/field';
import { unkeptStamps } from '@crm/kit/projection/state';
import { PulseEntity } from '../pulse/pulse.fields.ts';
import type { ContactPoint } from './contact-point.ts';

const personal = { class: 'PERSONAL' } as const;

/** Told privately, and of no child. */
const particulars = {
  birthday: group(
    { zh: '生日', en: 'Birthday' },
    {
      calendar: text({ max: 16, label: { zh: '历法', en: 'Calendar' }, ...personal }),
      year: int({ label: { zh: '年', en: 'Year' }, ...personal }),
      month: int({ label: { zh: '月', en: 'Month' }, ...personal }),
      day: int({ label: { zh: '日', en: 'Day' }, ...personal }),
      leapMonth: boolean({ label: { zh: '闰月', en: 'Leap month' }, ...personal }),
    },
  ),
  contactPoints: json<readonly ContactPoint[]>({
    label: { zh: '联系方式', en: 'Contact points' },
    ...personal,
  }),
} as const;

const open = {
  ...unkeptStamps,
  code: text({ max: 64, required: true, label: { zh: '联系人编号', en: 'Code' } }),
  name: text({ max: 100, required: true, label: { zh: '姓名', en: 'Name' } }),
  gender: text({ max: 16, label: { zh: '性别', en: 'Gender' } }),
  status: text({ max: 16, required: true, label: { zh: '状态', en: 'Status' } }),
  ownerId: id({ names: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
  teamId: id({ label: { zh: '所属团队', en: 'Team' } }),
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
      parentTable: 'customerAccess',
    },
  ],
} as const;

/** What care knows of a person, from events: whom to greet, when, by what, and whether at all. */
export const PersonPulseEntity = defineEntity('PersonPulse', {
  fields: { ...open, ...particulars },
  access,
  relations: {
    affiliations: { to: (): Entity => AffiliationEntity, from: 'id', foreign: 'personId' },
  },
});

/** What public and private events write of the table. */
export const ToldPerson = defineEntity('PersonPulse', { fields: open, access });
export const PrivatePerson = withoutFields(
  defineEntity('PersonPulse', { fields: particulars, access }),
  ['customFields'],
);

const personId = id({ required: true, label: { zh: '联系人', en: 'Person' } });
const byPerson = { by: 'parent', column: 'personId', table: 'personPulse' } as const;
const validity = {
  validFrom: date({ label: { zh: '起始日期', en: 'From' } }),
  validTo: date({ label: { zh: '终止日期', en: 'To' } }),
} as const;

/** Who is who at a customer. */
export const AffiliationEntity = defineEntity('Affiliation', {
  fields: {
    ...unkeptStamps,
    ...validity,
    personId,
    customerId: id({ label: { zh: '客户', en: 'Customer' } }),
    roles: list({ label: { zh: '角色', en: 'Roles' } }),
    department: text({ max: 100, label: { zh: '部门', en: 'Department' } }),
    jobTitle: text({ max: 100, label: { zh: '职务', en: 'Job title' } }),
    isPrimary: boolean({ required: true, label: { zh: '主要', en: 'Primary' } }),
    isProxy: boolean({ required: true, label: { zh: '代表客户', en: 'Stands for the customer' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customerAccess' },
  relations: {
    customer: { to: () => PulseEntity, from: 'customerId', foreign: 'id', isOne: true },
  },
});

/** How a person wants to be addressed, as it is now. */
export const PersonPreferenceEntity = defineEntity('PersonPreference', {
  fields: {
    ...unkeptStamps,
    personId,
    preferredChannels: list({ label: { zh: '偏好的联系方式', en: 'Preferred channels' } }),
    doNotContact: list({ label: { zh: '拒绝的联系方式', en: 'Do not contact by' } }),
    quietHours: group(
      { zh: '免打扰时段', en: 'Quiet hours' },
      {
        from: text({ max: 5, label: { zh: '开始', en: 'From' } }),
        to: text({ max: 5, label: { zh: '结束', en: 'To' } }),
        timeZone: text({ max: 64, label: { zh: '时区', en: 'Time zone' } }),
      },
    ),
    language: text({ max: 35, label: { zh: '语言', en: 'Language' } }),
  },
  access: byPerson,
});

/** Decisions stand beside each other; the latest for a purpose and a channel holds. */
export const ConsentDecisionEntity = defineEntity('ConsentDecision', {
  fields: {
    ...unkeptStamps,
    personId,
    purpose: text({ max: 32, required: true, label: { zh: '用途', en: 'Purpose' } }),
    channel: text({ max: 16, label: { zh: '渠道', en: 'Channel' } }),
    status: text({ max: 16, required: true, label: { zh: '状态', en: 'Status' } }),
    at: dateTime({ required: true, label: { zh: '时间', en: 'At' } }),
  },
  access: byPerson,
});

/** Who is of whose family. Told privately. */
export const KinshipEntity = defineEntity('Kinship', {
  fields: {
    ...unkeptStamps,
    ...validity,
    type: text({ max: 64, required: true, label: { zh: '关系类型', en: 'Type' } }),
    fromId: id({ required: true, label: { zh: '关系人', en: 'From' } }),
    toId: id({ required: true, label: { zh: '对方', en: 'To' } }),
  },
  access: { by: 'parent', column: 'fromId', table: 'personPulse' },
});
