import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, dateTime, id, int, list, text } from '@crm/kit/record/field';
import { CustomerEntity } from '../customer/customer.fields.ts';

export const fieldLabels = {
  REGISTRATION_NUMBER: { zh: '营业执照登记号码', en: 'Registration number' },
  NAME: { zh: '单位名称', en: 'Name' },
  PINYIN: { zh: '名称拼音', en: 'Sound of the name' },
  WEBSITE: { zh: '网址', en: 'Website' },
  PHONE: { zh: '业务电话', en: 'Phone' },
} as const;

export const duplicateFields = [
  'REGISTRATION_NUMBER',
  'NAME',
  'PINYIN',
  'WEBSITE',
  'PHONE',
] as const;

const reactionLabels = {
  REFUSE: { zh: '拒绝', en: 'Refuse' },
  CONFIRM: { zh: '需要确认', en: 'Ask to confirm' },
  TELL: { zh: '提示', en: 'Tell' },
} as const;

export type DuplicateField = keyof typeof fieldLabels;
export type DuplicateReaction = keyof typeof reactionLabels;

/** How much an equal value says: configuration of the company. */
export const DuplicateRuleEntity = defineEntity('DuplicateRule', {
  fields: {
    field: choice(fieldLabels, { required: true, label: { zh: '字段', en: 'Field' } }),
    weight: int({ required: true, label: { zh: '权重', en: 'Weight' } }),
    onCreate: choice(reactionLabels, { required: true, label: { zh: '新建时', en: 'On create' } }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
  },
  access: { by: 'company' },
});

export type DuplicateRule = NonNullable<typeof DuplicateRuleEntity.row>;

/** A pair of customers that a scan found alike. The one that is older comes first. */
export const DuplicateCandidateEntity = defineEntity('DuplicateCandidate', {
  fields: {
    firstId: id({ required: true, managed: true, label: { zh: '客户', en: 'Customer' } }),
    secondId: id({
      required: true,
      managed: true,
      label: { zh: '疑似重复', en: 'Other customer' },
    }),
    score: int({ required: true, managed: true, label: { zh: '相似度', en: 'Score' } }),
    fields: list({
      managed: true,
      labels: fieldLabels,
      label: { zh: '相同字段', en: 'Matched fields' },
    }),
    state: choice(
      {
        OPEN: { zh: '待处理', en: 'Open' },
        CONFIRMED: { zh: '确认重复', en: 'Confirmed' },
        DISMISSED: { zh: '不是重复', en: 'Not a duplicate' },
        MERGED: { zh: '已合并', en: 'Merged' },
      },
      { required: true, managed: true, label: { zh: '状态', en: 'State' } },
    ),
    note: text({ max: 500, label: { zh: '说明', en: 'Note' } }),
  },
  access: {
    by: 'any',
    of: [
      { by: 'parent', column: 'firstId', table: 'customer' },
      { by: 'parent', column: 'secondId', table: 'customer' },
    ],
  },
  relations: {
    first: { to: () => CustomerEntity, from: 'firstId', foreign: 'id', isOne: true },
    second: { to: () => CustomerEntity, from: 'secondId', foreign: 'id', isOne: true },
  },
});

export type DuplicateCandidate = NonNullable<typeof DuplicateCandidateEntity.row>;

/** One comparison of every customer with every other. */
export const DuplicateScanEntity = defineEntity('DuplicateScan', {
  fields: {
    cursorId: id({ managed: true, internal: true, label: { zh: '进度', en: 'Cursor' } }),
    scanned: int({ required: true, managed: true, label: { zh: '已检查', en: 'Scanned' } }),
    found: int({ required: true, managed: true, label: { zh: '已发现', en: 'Found' } }),
    finishedAt: dateTime({ managed: true, label: { zh: '完成时间', en: 'Finished' } }),
  },
  access: { by: 'company' },
});

export type DuplicateScan = NonNullable<typeof DuplicateScanEntity.row>;
