import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, dateTime, id, text } from '@crm/kit/record/field';
import { byPerson } from '../person/person-access.ts';
import { contactChannels } from '../preference/contact-channel.ts';

const consentPurposes = {
  SERVICE: { zh: '业务通知', en: 'Service notices' },
  CARE: { zh: '关怀问候', en: 'Care' },
  MARKETING: { zh: '营销推广', en: 'Marketing' },
  SURVEY: { zh: '调查研究', en: 'Surveys' },
  MINOR_DATA: { zh: '未成年人信息', en: "A minor's data" },
} as const;

export type ConsentPurpose = keyof typeof consentPurposes;

const consentFields = {
  personId: id({ required: true, names: 'Person', label: { zh: '联系人', en: 'Person' } }),
  purpose: choice(consentPurposes, { required: true, label: { zh: '用途', en: 'Purpose' } }),
  channel: choice(contactChannels, { label: { zh: '渠道', en: 'Channel' } }),
  status: choice(
    {
      GRANTED: { zh: '同意', en: 'Granted' },
      REFUSED: { zh: '拒绝', en: 'Refused' },
      WITHDRAWN: { zh: '撤回', en: 'Withdrawn' },
    },
    { required: true, managed: true, label: { zh: '状态', en: 'Status' } },
  ),
  lawfulBasis: choice(
    {
      CONSENT: { zh: '本人同意', en: 'Consent' },
      CONTRACT: { zh: '履行合同', en: 'Contract' },
      LEGAL_OBLIGATION: { zh: '法定义务', en: 'Legal obligation' },
      LEGITIMATE_INTEREST: { zh: '正当利益', en: 'Legitimate interest' },
    },
    { required: true, label: { zh: '合法依据', en: 'Lawful basis' } },
  ),
  source: text({ max: 100, required: true, label: { zh: '来源', en: 'Source' } }),
  at: dateTime({ required: true, label: { zh: '时间', en: 'At' } }),
  reviewOn: date({ label: { zh: '复核日期', en: 'Review on' } }),
  evidence: text({ max: 1000, class: 'PERSONAL', label: { zh: '凭证', en: 'Evidence' } }),
  guardianId: id({ names: 'Person', label: { zh: '监护人', en: 'Guardian' } }),
  guardianName: text({
    max: 100,
    class: 'PERSONAL',
    label: { zh: '监护人姓名', en: 'Name of the guardian' },
  }),
} as const;

/** What a person has decided, once and for all: a later decision is a record of its own. */
export const ConsentEntity = defineEntity('Consent', {
  fields: consentFields,
  access: byPerson(),
});

export type Consent = NonNullable<typeof ConsentEntity.row>;
