import { defineEntity, withoutFields } from '@crm/kit/record/entity';
import { date, group, id, int, json, list, money, term, text } from '@crm/kit/record/field';
import { unkeptStaff } from '@crm/kit/projection/state';
import { today } from '../today.ts';

/** What customers tells everybody of a customer; closed lists are texts here, for their owner checks them. */
const publicFields = {
  ...unkeptStaff,
  code: text({ max: 64, required: true, class: 'PUBLIC', label: { zh: '客户编号', en: 'Code' } }),
  kind: text({ max: 32, required: true, class: 'PUBLIC', label: { zh: '客户性质', en: 'Kind' } }),
  name: text({
    max: 200,
    required: true,
    class: 'PUBLIC',
    label: { zh: '客户单位名称', en: 'Name' },
  }),
  shortName: text({ max: 100, class: 'PUBLIC', label: { zh: '简称', en: 'Short name' } }),
  country: text({ max: 100, label: { zh: '国家', en: 'Country' } }),
  province: text({ max: 100, label: { zh: '省份', en: 'Province' } }),
  city: text({ max: 100, label: { zh: '城市', en: 'City' } }),
  industry: term({
    vocabulary: 'industry',
    class: 'PUBLIC',
    label: { zh: '行业类型', en: 'Industry' },
  }),
  legalForm: text({ max: 40, label: { zh: '经营组织', en: 'Legal form' } }),
  establishedOn: date({ label: { zh: '成立时间', en: 'Established on' } }),
  level: term({ vocabulary: 'customer_level', label: { zh: '客户级别', en: 'Level' } }),
  categories: list({
    vocabulary: 'customer_category',
    label: { zh: '客户类别', en: 'Categories' },
  }),
  channelRole: text({ max: 32, label: { zh: '渠道角色', en: 'Channel role' } }),
  lifecycleStage: term({
    vocabulary: 'lifecycle_stage',
    required: true,
    label: { zh: '生命周期阶段', en: 'Lifecycle stage' },
  }),
  designation: term({ vocabulary: 'designation', label: { zh: '价值定位', en: 'Designation' } }),
  source: text({ max: 64, label: { zh: '来源', en: 'Source' } }),
  ownerId: id({ references: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
  teamId: id({ references: 'Team', label: { zh: '所属团队', en: 'Team' } }),
} as const;

const confidential = { class: 'CONFIDENTIAL' } as const;

const closed = (label: { readonly zh: string; readonly en: string }) =>
  text({ max: 32, label, ...confidential });

/** What it tells services alone. */
const financeFields = {
  bankCreditRating: closed({ zh: '银行信用', en: 'Bank credit rating' }),
  registeredCapital: money({ zh: '注册资金', en: 'Registered capital' }, confidential),
  paidInCapital: money({ zh: '资本额', en: 'Paid-in capital' }, confidential),
  fundingPosition: closed({ zh: '资金状况', en: 'Funding position' }),
  taxpayerType: closed({ zh: '纳税人', en: 'VAT taxpayer type' }),
  accountingBooks: closed({ zh: '财务账簿', en: 'Accounting books' }),
  tradeCreditRating: closed({ zh: '同行信用评价', en: 'Trade credit reputation' }),
  paymentBehaviour: closed({ zh: '付款态度', en: 'Payment behaviour' }),
} as const;

const finance = group({ zh: '客户财务情况', en: 'Finance' }, financeFields);

export const attributeFields = {
  ...publicFields,
  yearsEstablished: int({
    label: { zh: '成立年数', en: 'Years established' },
    sql: (alias) => `TIMESTAMPDIFF(YEAR, ${alias}.establishedOn, ${today})`,
  }),
  finance,
} as const;

const access = { by: 'owner', owner: 'ownerId', team: 'teamId' } as const;

export const CustomerEntity = defineEntity('Customer', { fields: attributeFields, access });

const customValues = (label: { readonly zh: string; readonly en: string }) =>
  json<Readonly<Record<string, unknown>>>({ label });

/**
 * What public and private events write of the table. Each brings the values of the custom fields
 * that it may hold, and `customFields` is made of both.
 */
export const ToldCustomer = withoutFields(
  defineEntity('Customer', {
    fields: {
      ...publicFields,
      openFields: customValues({ zh: '公开的自定义字段', en: 'Open custom fields' }),
    },
    access,
  }),
  ['customFields'],
);
export const PrivateCustomer = withoutFields(
  defineEntity('Customer', {
    fields: {
      finance,
      confidentialFields: customValues({
        zh: '保密的自定义字段',
        en: 'Confidential custom fields',
      }),
    },
    access,
  }),
  ['customFields'],
);
