import type { Criteria } from '@crm/kit/record/criteria';
import { defineEntity } from '@crm/kit/record/entity';
import {
  boolean,
  choice,
  date,
  dateTime,
  group,
  id,
  int,
  json,
  list,
  money,
  text,
} from '@crm/kit/record/field';
import { categories } from '../occasion/category.ts';
import { channels, type Channel } from '../person/contact-point.ts';
import { purposes } from '../task/task.fields.ts';

/** Whom a plan is for: all that is said must hold. Nothing said means everybody. */
export type Audience = {
  /** Over what care knows of customers, and of people. */
  readonly customers: Criteria | null;
  readonly people: Criteria | null;
  /** Customers in one of these segments. */
  readonly segmentIds: readonly string[];
  readonly customerIds: readonly string[];
  readonly personIds: readonly string[];
};

export type ChannelTemplate = { readonly channel: Channel; readonly templateId: string };

/** Whose customers and people a plan may reach; null for everybody's. */
export type PlanReach = { readonly staffId: string | null; readonly teamIds: readonly string[] };

const managed = { managed: true } as const;

export const campaignKinds = {
  PROMOTION: { zh: '推广', en: 'Promotion' },
  RESEARCH: { zh: '市场调查', en: 'Market research' },
  SATISFACTION: { zh: '满意度调查', en: 'Satisfaction' },
} as const;

export const planFields = {
  name: text({ max: 200, required: true, label: { zh: '计划名称', en: 'Name' } }),
  kind: choice(
    { CARE: { zh: '客户关怀', en: 'Care' }, ...campaignKinds },
    { required: true, ...managed, label: { zh: '类型', en: 'Kind' } },
  ),
  description: text({ max: 2000, label: { zh: '说明', en: 'Description' } }),
  /** Of campaigns alone, which have no occasion. */
  startsOn: date({ label: { zh: '活动日期', en: 'Day' } }),
  occasionId: id({
    references: 'Occasion',
    label: { zh: '时机', en: 'Occasion' },
  }),
  category: choice(categories, {
    required: true,
    ...managed,
    label: { zh: '关怀类别', en: 'Category' },
  }),
  purpose: choice(purposes, { required: true, label: { zh: '用途', en: 'Purpose' } }),
  audience: json<Audience>({ label: { zh: '关怀对象', en: 'Audience' } }),
  target: choice(
    {
      PRINCIPAL: { zh: '客户负责人', en: 'Principal' },
      PROXY: { zh: '客户代表', en: 'Proxy' },
      ALL_CONTACTS: { zh: '全部联系人', en: 'All contacts' },
      FAMILY_MEMBER: { zh: '家属', en: 'Members of the family' },
    },
    { required: true, label: { zh: '对象范围', en: 'Target' } },
  ),
  mode: choice(
    {
      AUTOMATIC: { zh: '自动', en: 'Automatic' },
      CONFIRM: { zh: '确认后发送', en: 'Sent when confirmed' },
      MANUAL: { zh: '人工', en: 'By hand' },
    },
    { required: true, label: { zh: '方式', en: 'Mode' } },
  ),
  channels: list({
    max: 6,
    labels: channels,
    label: { zh: '渠道顺序', en: 'Channels in order' },
  }),
  templates: json<readonly ChannelTemplate[]>({ label: { zh: '模板', en: 'Templates' } }),
  surveyId: id({ references: 'Survey', label: { zh: '问卷', en: 'Survey' } }),
  leadDays: int({ label: { zh: '提前天数', en: 'Days ahead' } }),
  sendWindow: group(
    { zh: '发送时段', en: 'Send window' },
    {
      from: text({ max: 5, label: { zh: '开始', en: 'From' } }),
      to: text({ max: 5, label: { zh: '结束', en: 'To' } }),
      workdaysOnly: boolean({ label: { zh: '仅工作日', en: 'Workdays only' } }),
    },
  ),
  budget: money({ zh: '预算', en: 'Budget' }),
  ownerId: id({ references: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
  teamId: id({ ...managed, label: { zh: '所属团队', en: 'Team' } }),
  status: choice(
    {
      DRAFT: { zh: '草稿', en: 'Draft' },
      AWAITING_APPROVAL: { zh: '待批准', en: 'Awaiting approval' },
      ACTIVE: { zh: '执行中', en: 'Active' },
      PAUSED: { zh: '已暂停', en: 'Paused' },
      FINISHED: { zh: '已结束', en: 'Finished' },
    },
    { required: true, ...managed, label: { zh: '状态', en: 'Status' } },
  ),
  validFrom: date({ label: { zh: '开始日期', en: 'From day' } }),
  validTo: date({ label: { zh: '结束日期', en: 'To day' } }),
  reach: json<PlanReach>({ ...managed, internal: true, label: { zh: '权限范围', en: 'Reach' } }),
  audienceSize: int({ ...managed, label: { zh: '对象人数', en: 'Size of the audience' } }),
  requestedById: id({
    ...managed,
    names: 'StaffMember',
    label: { zh: '申请人', en: 'Requested by' },
  }),
  approvedById: id({
    ...managed,
    names: 'StaffMember',
    label: { zh: '批准人', en: 'Approved by' },
  }),
  approvedAt: dateTime({ ...managed, label: { zh: '批准时间', en: 'Approved' } }),
} as const;

export const planAccess = { by: 'owner', owner: 'ownerId', team: 'teamId' } as const;

/** Who is given care on an occasion, and how. Campaigns are rows of it too. */
export const CarePlanEntity = defineEntity('CarePlan', { fields: planFields, access: planAccess });

export type CarePlan = NonNullable<typeof CarePlanEntity.row>;
