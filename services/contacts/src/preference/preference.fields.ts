import { defineEntity } from '@crm/kit/record/entity';
import { group, id, list, text } from '@crm/kit/record/field';
import { byPerson } from '../person/person-access.ts';
import { contactChannels } from './contact-channel.ts';

const personal = { class: 'PERSONAL' } as const;
const channelsMax = Object.keys(contactChannels).length;

const preferenceFields = {
  personId: id({ required: true, names: 'Person', label: { zh: '联系人', en: 'Person' } }),
  preferredChannels: list({
    max: channelsMax,
    labels: contactChannels,
    label: { zh: '偏好的联系方式', en: 'Preferred channels' },
  }),
  doNotContact: list({
    max: channelsMax,
    labels: contactChannels,
    label: { zh: '拒绝的联系方式', en: 'Do not contact by' },
  }),
  quietHours: group(
    { zh: '免打扰时段', en: 'Quiet hours' },
    {
      from: text({ max: 5, label: { zh: '开始', en: 'From' } }),
      to: text({ max: 5, label: { zh: '结束', en: 'To' } }),
      timeZone: text({ max: 64, label: { zh: '时区', en: 'Time zone' } }),
    },
  ),
  language: text({ max: 35, label: { zh: '语言', en: 'Language' } }),
  likes: list({ label: { zh: '喜好', en: 'Likes' }, ...personal }),
  avoids: list({ label: { zh: '忌讳', en: 'To avoid' }, ...personal }),
  note: text({ max: 1000, label: { zh: '备注', en: 'Note' } }),
} as const;

/** How somebody wants to be addressed, and how not. A person has one. */
export const ContactPreferenceEntity = defineEntity('ContactPreference', {
  fields: preferenceFields,
  access: byPerson(),
});

export type ContactPreference = NonNullable<typeof ContactPreferenceEntity.row>;
