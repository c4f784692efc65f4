import { defineEntity } from '@crm/kit/record/entity';
import {
  choice,
  date,
  group,
  id,
  int,
  json,
  list,
  money,
  term,
  text,
  type RowOf,
} from '@crm/kit/record/field';
import { addressFields } from '@crm/kit/record/address';
import { CreditAccountEntity } from '../credit/credit.fields.ts';
import { NeedEntity } from '../need/need.fields.ts';
import { OpportunityEntity } from '../opportunity/opportunity.fields.ts';
import { PaymentEntity } from '../payment/payment.fields.ts';
import { CustomerRelationEntity } from '../relation/relation.fields.ts';
import { SalesOrderEntity } from '../order/order.fields.ts';
import { QualificationEntity } from '../qualification/qualification.fields.ts';
import { ReceivableEntity } from '../receivable/receivable.fields.ts';

type BankAccount = { readonly bank: string; readonly accountNumber: string };

/** The five steps are the same everywhere; the word for the middle one is not. */
const rating = (fair: string) =>
  ({
    VERY_GOOD: { zh: '很好', en: 'Very good' },
    GOOD: { zh: '好', en: 'Good' },
    FAIR: { zh: fair, en: 'Fair' },
    POOR: { zh: '差', en: 'Poor' },
    VERY_POOR: { zh: '很差', en: 'Very poor' },
  }) as const;

const confidential = { class: 'CONFIDENTIAL' } as const;

const financeFields = {
  bankAccounts: json<readonly BankAccount[]>({
    label: { zh: '银行往来', en: 'Bank accounts' },
    ...confidential,
  }),
  bankCreditRating: choice(rating('一般'), {
    label: { zh: '银行信用', en: 'Bank credit rating' },
    ...confidential,
  }),
  registeredCapital: money({ zh: '注册资金', en: 'Registered capital' }, confidential),
  paidInCapital: money({ zh: '资本额', en: 'Paid-in capital' }, confidential),
  fundingPosition: choice(
    {
      SUFFICIENT: { zh: '充足', en: 'Sufficient' },
      AVERAGE: { zh: '一般', en: 'Average' },
      INSUFFICIENT: { zh: '不足', en: 'Insufficient' },
      TIGHT: { zh: '紧张', en: 'Tight' },
    },
    { label: { zh: '资金状况', en: 'Funding position' }, ...confidential },
  ),
  taxpayerType: choice(
    { GENERAL: { zh: '一般', en: 'General' }, ORDINARY: { zh: '普通', en: 'Ordinary' } },
    { label: { zh: '纳税人', en: 'VAT taxpayer type' }, ...confidential },
  ),
  accountingBooks: choice(
    { COMPLETE: { zh: '完备', en: 'Complete' }, INCOMPLETE: { zh: '不完备', en: 'Incomplete' } },
    { label: { zh: '财务账簿', en: 'Accounting books' }, ...confidential },
  ),
  summary: text({
    max: 4000,
    label: { zh: '资金、信用基本情况', en: 'Funds and credit summary' },
    ...confidential,
  }),
  tradeCreditRating: choice(rating('一般'), {
    label: { zh: '同行信用评价', en: 'Trade credit reputation' },
    ...confidential,
  }),
  paymentBehaviour: choice(
    {
      PROMPT: { zh: '爽快', en: 'Prompt' },
      AVERAGE: { zh: '一般', en: 'Average' },
      SLOW: { zh: '迟缓', en: 'Slow' },
      DIFFICULT: { zh: '为难', en: 'Difficult' },
      HABITUAL_DEFAULT: { zh: '嗜欠耗款', en: 'Habitual default' },
    },
    { label: { zh: '付款态度', en: 'Payment behaviour' }, ...confidential },
  ),
} as const;

export const customerFields = {
  code: text({ max: 64, required: true, class: 'PUBLIC', label: { zh: '客户编号', en: 'Code' } }),
  kind: choice(
    {
      ORGANIZATION: { zh: '单位', en: 'Organisation' },
      INDIVIDUAL: { zh: '个人', en: 'Individual' },
    },
    { required: true, class: 'PUBLIC', label: { zh: '客户性质', en: 'Kind' } },
  ),
  name: text({
    max: 200,
    required: true,
    class: 'PUBLIC',
    label: { zh: '客户单位名称', en: 'Name' },
  }),
  shortName: text({ max: 100, class: 'PUBLIC', label: { zh: '简称', en: 'Short name' } }),
  formerNames: list({ max: 20, class: 'PUBLIC', label: { zh: '曾用名', en: 'Former names' } }),
  address: group({ zh: '详细地址', en: 'Address' }, addressFields('INTERNAL')),
  phone: text({ max: 64, label: { zh: '业务电话', en: 'Phone' } }),
  fax: text({ max: 64, label: { zh: '单位传真号码', en: 'Fax' } }),
  website: text({ max: 255, class: 'PUBLIC', label: { zh: '网址', en: 'Website' } }),
  email: text({ max: 255, label: { zh: '电子邮件', en: 'Email' } }),
  registrationNumber: text({
    max: 64,
    class: 'PUBLIC',
    label: { zh: '营业执照登记号码', en: 'Registration number' },
  }),
  industry: term({
    vocabulary: 'industry',
    class: 'PUBLIC',
    label: { zh: '行业类型', en: 'Industry' },
  }),
  legalForm: choice(
    {
      JOINT_STOCK_COMPANY: { zh: '股份公司', en: 'Joint-stock company' },
      SOLE_PROPRIETORSHIP: { zh: '个人经营', en: 'Sole proprietorship' },
      LIMITED_COMPANY: { zh: '有限公司', en: 'Limited company' },
      LIMITED_LIABILITY_COMPANY: { zh: '有限责任公司', en: 'Limited liability company' },
      JOINT_VENTURE: { zh: '合资公司', en: 'Joint venture' },
    },
    { label: { zh: '经营组织', en: 'Legal form' } },
  ),
  headcount: group(
    { zh: '员工人数', en: 'Headcount' },
    {
      male: int({ label: { zh: '男', en: 'Male' } }),
      female: int({ label: { zh: '女', en: 'Female' } }),
      total: int({ label: { zh: '合计', en: 'Total' } }),
      seniorTitle: int({ label: { zh: '高级职称', en: 'Senior titles' } }),
      intermediateTitle: int({ label: { zh: '中级职称', en: 'Intermediate titles' } }),
    },
  ),
  salesContractStatus: choice(
    {
      SIGNED: { zh: '已签订', en: 'Signed' },
      SIGNING: { zh: '正在签订', en: 'Being signed' },
      NOT_SIGNED: { zh: '尚未签订', en: 'Not signed' },
    },
    { label: { zh: '运销合同', en: 'Sales contract' } },
  ),
  industryStanding: choice(
    {
      LEADING: { zh: '领先', en: 'Leading' },
      MIDDLE: { zh: '居中', en: 'Middle' },
      TRAILING: { zh: '末流', en: 'Trailing' },
    },
    { label: { zh: '在同行中的地位', en: 'Industry standing' } },
  ),
  peerReputation: choice(rating('普通'), { label: { zh: '同行评价', en: 'Peer reputation' } }),
  developmentPlan: group(
    { zh: '业务发展规划', en: 'Development plan' },
    {
      currentStrategy: text({ max: 4000, label: { zh: '目前策略', en: 'Current strategy' } }),
      oneYear: text({ max: 4000, label: { zh: '1年规划', en: 'One-year plan' } }),
      threeYear: text({ max: 4000, label: { zh: '3年规划', en: 'Three-year plan' } }),
      longTerm: text({ max: 4000, label: { zh: '长远规划', en: 'Long-term plan' } }),
    },
  ),
  establishedOn: date({ label: { zh: '成立时间', en: 'Established on' } }),
  level: term({ vocabulary: 'customer_level', label: { zh: '客户级别', en: 'Level' } }),
  categories: list({
    vocabulary: 'customer_category',
    label: { zh: '客户类别', en: 'Categories' },
  }),
  channelRole: choice(
    {
      DISTRIBUTOR: { zh: '经销客户', en: 'Distributor' },
      END_USER: { zh: '最终用户', en: 'End user' },
    },
    { label: { zh: '渠道角色', en: 'Channel role' } },
  ),
  lifecycleStage: term({
    vocabulary: 'lifecycle_stage',
    required: true,
    label: { zh: '生命周期阶段', en: 'Lifecycle stage' },
  }),
  designation: term({ vocabulary: 'designation', label: { zh: '价值定位', en: 'Designation' } }),
  supervisingAuthority: text({
    max: 200,
    label: { zh: '上级主管部门', en: 'Supervising authority' },
  }),
  source: text({ max: 64, label: { zh: '来源', en: 'Source' } }),
  ownerId: id({ references: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
  teamId: id({ managed: true, references: 'Team', label: { zh: '所属团队', en: 'Team' } }),
  tags: list({ label: { zh: '标签', en: 'Tags' } }),
  searchText: text({
    max: 1000,
    managed: true,
    internal: true,
    label: { zh: '检索文本', en: 'Search text' },
  }),
  finance: group({ zh: '客户财务情况', en: 'Finance' }, financeFields),
} as const;

export const CustomerEntity = defineEntity('Customer', {
  fields: customerFields,
  access: { by: 'owner', owner: 'ownerId', team: 'teamId' },
  isWide: true,
  relations: {
    orders: { to: () => SalesOrderEntity, from: 'id', foreign: 'customerId' },
    payments: { to: () => PaymentEntity, from: 'id', foreign: 'customerId' },
    receivables: { to: () => ReceivableEntity, from: 'id', foreign: 'customerId' },
    creditAccounts: { to: () => CreditAccountEntity, from: 'id', foreign: 'customerId' },
    qualifications: { to: () => QualificationEntity, from: 'id', foreign: 'customerId' },
    needs: { to: () => NeedEntity, from: 'id', foreign: 'customerId' },
    opportunities: { to: () => OpportunityEntity, from: 'id', foreign: 'customerId' },
    relationsFrom: { to: () => CustomerRelationEntity, from: 'id', foreign: 'fromId' },
    relationsTo: { to: () => CustomerRelationEntity, from: 'id', foreign: 'toId' },
  },
});

export type Customer = NonNullable<typeof CustomerEntity.row>;
export type CustomerFinance = RowOf<typeof financeFields>;
