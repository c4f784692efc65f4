import { describeObject, type Entity } from '@crm/kit/record/entity';
import { boolean, choice, text } from '@crm/kit/record/field';

/** What is a part of records, and has labels of its own. */
export const objects: readonly Entity[] = [
  describeObject('ContactPoint', {
    kind: choice(
      {
        OFFICE_PHONE: { zh: '办公电话', en: 'Office phone' },
        MOBILE: { zh: '移动电话', en: 'Mobile' },
        HOME_PHONE: { zh: '家庭电话', en: 'Home phone' },
        FAX: { zh: '传真电话', en: 'Fax' },
        EMAIL: { zh: '电子邮件', en: 'Email' },
        IM: { zh: '即时通讯', en: 'Instant messaging' },
      },
      { required: true, label: { zh: '方式', en: 'Kind' } },
    ),
    value: text({ max: 255, required: true, label: { zh: '号码', en: 'Value' } }),
    label: text({ max: 50, label: { zh: '说明', en: 'Label' } }),
    isPreferred: boolean({ required: true, label: { zh: '首选', en: 'Preferred' } }),
  }),
  describeObject('PersonRelationship', {
    direction: choice(
      {
        OUT: { zh: '对外', en: 'Out' },
        IN: { zh: '对内', en: 'In' },
        BOTH: { zh: '相互', en: 'Both ways' },
      },
      { required: true, managed: true, label: { zh: '方向', en: 'Direction' } },
    ),
  }),
];
