import { describeObject, type Entity } from '@crm/kit/record/entity';
import { choice, list } from '@crm/kit/record/field';
import { customerFields } from './customer/customer.fields.ts';
import { fieldLabels } from './duplicate/duplicate.fields.ts';

const entityKinds = {
  CUSTOMER: { zh: '客户', en: 'Customer' },
  SALES_ORDER: { zh: '订单', en: 'Order' },
  PAYMENT: { zh: '收款', en: 'Payment' },
  RECEIVABLE: { zh: '应收款', en: 'Receivable' },
  NEED: { zh: '需求', en: 'Need' },
  OPPORTUNITY: { zh: '商机', en: 'Opportunity' },
  PERSON: { zh: '联系人', en: 'Person' },
  AFFILIATION: { zh: '任职', en: 'Affiliation' },
  INTERACTION: { zh: '联络', en: 'Interaction' },
  TOUCH_PLAN: { zh: '接触计划', en: 'Touch plan' },
  CARE_TASK: { zh: '关怀任务', en: 'Care task' },
  CONSENT: { zh: '同意', en: 'Consent' },
  DOCUMENT: { zh: '文档', en: 'Document' },
  ALERT: { zh: '提醒', en: 'Alert' },
  COMPETITOR: { zh: '竞争对手', en: 'Competitor' },
  COMPETITOR_PRODUCT: { zh: '竞争产品', en: 'Competing product' },
  STAFF_MEMBER: { zh: '员工', en: 'Staff member' },
  TEAM: { zh: '团队', en: 'Team' },
  PRODUCT: { zh: '产品', en: 'Product' },
} as const;

const changeKinds = {
  CREATED: { zh: '新建', en: 'Created' },
  UPDATED: { zh: '更新', en: 'Updated' },
  DELETED: { zh: '删除', en: 'Deleted' },
  MERGED: { zh: '合并', en: 'Merged' },
  RESTORED: { zh: '恢复', en: 'Restored' },
  GAP: { zh: '缺失', en: 'Gap' },
  OVERFLOW: { zh: '积压', en: 'Overflow' },
  CAUGHT_UP: { zh: '已同步', en: 'Caught up' },
  SNAPSHOT: { zh: '快照', en: 'Snapshot' },
} as const;

/** Closed values of answers, of parts of records, and of fields that are computed. */
export const objects: readonly Entity[] = [
  describeObject('Customer', {
    registrationNumberKind: choice(
      {
        UNIFIED_SOCIAL_CREDIT_CODE: { zh: '统一社会信用代码', en: 'Unified social credit code' },
        BUSINESS_LICENCE: { zh: '营业执照登记号码', en: 'Business licence' },
        OTHER: { zh: '其他', en: 'Other' },
      },
      { managed: true, label: { zh: '登记号码种类', en: 'Kind of registration number' } },
    ),
  }),
  describeObject('CreditCheck', {
    verdict: choice(
      {
        ALLOWED: { zh: '允许', en: 'Allowed' },
        HELD: { zh: '暂缓', en: 'Held' },
        REFUSED: { zh: '拒绝', en: 'Refused' },
      },
      { required: true, managed: true, label: { zh: '结论', en: 'Verdict' } },
    ),
    reasons: list({
      managed: true,
      labels: {
        NO_ACCOUNT: { zh: '无信用账户', en: 'No credit account' },
        OVER_LIMIT: { zh: '超过额度', en: 'Over the limit' },
        OVERDUE: { zh: '有逾期', en: 'Overdue' },
        ON_HOLD: { zh: '已冻结', en: 'On hold' },
      },
      label: { zh: '原因', en: 'Reasons' },
    }),
  }),
  describeObject('CustomerRelation', {
    direction: choice(
      {
        OUT: { zh: '对外', en: 'Out' },
        IN: { zh: '对内', en: 'In' },
        BOTH: { zh: '相互', en: 'Both ways' },
      },
      { required: true, managed: true, label: { zh: '方向', en: 'Direction' } },
    ),
  }),
  describeObject('PoolCustomer', { kind: customerFields.kind }),
  describeObject('DuplicateMatch', {
    fields: list({
      managed: true,
      labels: fieldLabels,
      label: { zh: '相同字段', en: 'Matched fields' },
    }),
  }),
  describeObject('ImportPreviewRow', {
    outcome: choice(
      {
        CREATED: { zh: '新建', en: 'Created' },
        UPDATED: { zh: '更新', en: 'Updated' },
        UNCHANGED: { zh: '未变', en: 'Unchanged' },
        REFUSED: { zh: '拒绝', en: 'Refused' },
      },
      { required: true, managed: true, label: { zh: '结果', en: 'Outcome' } },
    ),
  }),
  describeObject('WebhookFilter', {
    entities: list({ labels: entityKinds, label: { zh: '记录种类', en: 'Kinds of records' } }),
    kinds: list({ labels: changeKinds, label: { zh: '变更种类', en: 'Kinds of changes' } }),
  }),
  describeObject('Webhook', {
    state: choice(
      {
        ACTIVE: { zh: '启用', en: 'Active' },
        PAUSED: { zh: '暂停', en: 'Paused' },
        DISABLED: { zh: '停用', en: 'Disabled' },
      },
      { required: true, managed: true, label: { zh: '状态', en: 'State' } },
    ),
  }),
  describeObject('WebhookDelivery', {
    kind: choice(changeKinds, { required: true, managed: true, label: { zh: '种类', en: 'Kind' } }),
    entityKind: choice(entityKinds, {
      managed: true,
      label: { zh: '记录种类', en: 'Kind of record' },
    }),
  }),
];
