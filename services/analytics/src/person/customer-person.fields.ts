import { companyDate } from '@crm/kit/record/criteria';
import { defineEntity } from '@crm/kit/record/entity';
import { boolean, date, list, text, type AskedComparison } from '@crm/kit/record/field';
import { and, or, raw, sql, type Sql } from '@crm/kit/sql';
import { unkeptStamps } from '@crm/kit/projection/state';
import { today } from '../today.ts';
import { birthdayMonths, daysAsked } from './birthday.ts';

const ofPerson = (column: string) => (alias: string) =>
  `(SELECT who.${column} FROM person who WHERE who.id = ${alias}.personId AND who.deletedAt IS NULL)`;

/** Whether somebody is at the customer today: a condition on a row of affiliations. */
export const isThereToday = (alias: string): string =>
  `COALESCE(${alias}.validFrom, '1000-01-01') <= ${today}
    AND COALESCE(${alias}.validTo, '9999-12-31') >= ${today}`;

/** Of the living, in both calendars; children's are not told to this service. */
function compareBirthday({ alias, now, operator, value }: AskedComparison): Sql {
  const months = birthdayMonths(daysAsked(operator, value, companyDate(now)));
  const isOn = months.map(({ calendar, month, leapMonth, days }) =>
    and([
      sql`who.birthdayMonth = ${month} AND who.birthdayDay IN (${days})
        AND who.birthdayCalendar = ${calendar}`,
      leapMonth === null
        ? raw('TRUE')
        : sql`COALESCE(who.birthdayLeapMonth, 0) = ${leapMonth ? 1 : 0}`,
    ]),
  );
  return sql`EXISTS (SELECT 1 FROM person who WHERE who.id = ${raw(alias)}.personId
    AND who.deletedAt IS NULL AND who.status <> 'DECEASED' AND ${or(isOn)})`;
}

/** Somebody at a customer, by what filters of customers ask of people. */
export const CustomerPerson = defineEntity('CustomerPerson', {
  table: 'affiliation',
  fields: {
    ...unkeptStamps,
    name: text({ max: 100, label: { zh: '姓名', en: 'Name' }, sql: ofPerson('name') }),
    gender: text({ max: 16, label: { zh: '性别', en: 'Gender' }, sql: ofPerson('gender') }),
    roles: list({ label: { zh: '角色', en: 'Roles' } }),
    department: text({ max: 100, label: { zh: '部门', en: 'Department' } }),
    jobTitle: text({ max: 100, label: { zh: '职务', en: 'Job title' } }),
    isPrimary: boolean({ required: true, label: { zh: '主要', en: 'Primary' } }),
    birthday: date({
      class: 'PERSONAL',
      label: { zh: '生日', en: 'Birthday' },
      sql: () => 'NULL',
      compare: compareBirthday,
    }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});
