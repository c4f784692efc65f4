import { describeObject, type Entity } from '@crm/kit/record/entity';
import { boolean, choice, dateTime, list, text } from '@crm/kit/record/field';

/** What is a part of records, and has labels of its own. */
export const objects: readonly Entity[] = [
  describeObject('PersonDuplicate', {
    fields: list({
      labels: {
        NAME_AND_BIRTHDAY: { zh: '姓名和生日', en: 'Name and birthday' },
        MOBILE: { zh: '移动电话', en: 'Mobile' },
        EMAIL: { zh: '电子邮件', en: 'Email' },
      },
      label: { zh: '相同字段', en: 'Matched fields' },
    }),
  }),
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
  describeObject('Activity', {
    kind: choice(
      {
        INTERACTION: { zh: '往来', en: 'Interaction' },
        JOB_STARTED: { zh: '任职', en: 'Took a job' },
        JOB_ENDED: { zh: '离任', en: 'Left a job' },
        PROMOTED: { zh: '升迁', en: 'Was promoted' },
        RELATION_STARTED: { zh: '建立关系', en: 'Relation began' },
        RELATION_ENDED: { zh: '关系结束', en: 'Relation ended' },
        LIFE_EVENT: { zh: '人生事件', en: 'Life event' },
      },
      { required: true, label: { zh: '动态', en: 'Kind' } },
    ),
    at: dateTime({ required: true, label: { zh: '时间', en: 'At' } }),
    status: choice(
      {
        ACTIVE: { zh: '在职', en: 'Active' },
        PLACEHOLDER: { zh: '待确认', en: 'Placeholder' },
        DEPARTED: { zh: '已离开', en: 'Departed' },
        DECEASED: { zh: '已故', en: 'Deceased' },
      },
      { label: { zh: '状态', en: 'Status' } },
    ),
  }),
  describeObject('ContactPermission', {
    isAllowed: boolean({ required: true, label: { zh: '可联系', en: 'Allowed' } }),
    reason: choice(
      {
        ALLOWED: { zh: '已同意', en: 'Allowed' },
        DO_NOT_CONTACT: { zh: '拒绝此渠道', en: 'Do not contact' },
        NO_CONSENT: { zh: '未征得同意', en: 'No consent' },
        REFUSED: { zh: '已拒绝', en: 'Refused' },
        WITHDRAWN: { zh: '已撤回', en: 'Withdrawn' },
      },
      { required: true, label: { zh: '原因', en: 'Reason' } },
    ),
  }),
];
