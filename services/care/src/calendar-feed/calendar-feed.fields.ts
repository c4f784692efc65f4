import { defineEntity } from '@crm/kit/record/entity';
import { choice, dateTime, id, list, text } from '@crm/kit/record/field';
import { locales } from '../template/template.fields.ts';

const managed = { managed: true } as const;

const feedScopes = {
  MINE: { zh: '本人', en: 'My own' },
  TEAM: { zh: '团队', en: 'My teams' },
} as const;

/** An address at which calendars of an account read its care. Of its secret only a hash is kept, beside it. */
export const CalendarFeedEntity = defineEntity('CalendarFeed', {
  fields: {
    subject: text({
      max: 200,
      required: true,
      ...managed,
      label: { zh: '所属账号', en: 'Account' },
    }),
    scope: choice(feedScopes, { required: true, label: { zh: '范围', en: 'Scope' } }),
    locale: choice(locales, { required: true, label: { zh: '语言', en: 'Locale' } }),
    renewedAt: dateTime({ required: true, ...managed, label: { zh: '启用时间', en: 'Renewed' } }),
    revokedAt: dateTime({ ...managed, label: { zh: '停用时间', en: 'Revoked' } }),
    // What the account's token said of it. Whether it still is so is looked up anew.
    staffId: id({
      ...managed,
      internal: true,
      names: 'StaffMember',
      label: { zh: '员工', en: 'Staff' },
    }),
    roles: list({ ...managed, internal: true, label: { zh: '角色', en: 'Roles' } }),
    teamIds: list({ max: 1000, ...managed, internal: true, label: { zh: '团队', en: 'Teams' } }),
  },
  access: { by: 'subject', column: 'subject' },
});

export type CalendarFeed = NonNullable<typeof CalendarFeedEntity.row>;
