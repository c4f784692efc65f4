import { defineEntity, type Entity } from '@crm/kit/record/entity';
import { boolean, date, dateTime, id, int, money, text } from '@crm/kit/record/field';
import { CompetitorEntity, ProductEntity } from '../directory/directory.fields.ts';
import { unkeptStamps } from '@crm/kit/projection/state';
import { access, customerId, relations } from './fact.fields.ts';

const inList = (values: readonly string[]): string =>
  values.map((value) => `'${value}'`).join(', ');

/** `isOpen` and `sql` of it: the states in which somebody has still something to do. */
const open = (column: string, states: readonly string[]) =>
  boolean({
    required: true,
    label: { zh: '未了结', en: 'Open' },
    sql: (alias) => `(${alias}.${column} IN (${inList(states)}))`,
  });

export const openNeeds = ['OPEN', 'CONFIRMED'] as const;
export const openAlerts = ['OPEN', 'ACKNOWLEDGED', 'SNOOZED'] as const;

/** What a customer wants. `createdAt` is when it was told. */
export const NeedFact = defineEntity('NeedFact', {
  fields: {
    ...unkeptStamps,
    customerId,
    title: text({ max: 200, required: true, label: { zh: '需求', en: 'Title' } }),
    status: text({ max: 16, required: true, label: { zh: '状态', en: 'Status' } }),
    isOpen: open('status', openNeeds),
    priority: text({ max: 16, required: true, label: { zh: '优先级', en: 'Priority' } }),
    productId: id({ references: 'Product', label: { zh: '产品', en: 'Product' } }),
    neededBy: date({ label: { zh: '需要日期', en: 'Needed by' } }),
    raisedById: id({ references: 'Person', label: { zh: '提出人', en: 'Raised by' } }),
    opportunityId: id({ references: 'OpportunityFact', label: { zh: '商机', en: 'Opportunity' } }),
  },
  access,
  relations: {
    ...relations,
    product: { to: () => ProductEntity, from: 'productId', foreign: 'id', isOne: true },
  },
});

/** A chance to sell and what came of it. `createdAt` is when it was opened. */
export const OpportunityFact = defineEntity('OpportunityFact', {
  fields: {
    ...unkeptStamps,
    customerId,
    name: text({ max: 200, required: true, label: { zh: '商机', en: 'Name' } }),
    stage: text({ max: 64, required: true, label: { zh: '阶段', en: 'Stage' } }),
    status: text({ max: 16, required: true, label: { zh: '状态', en: 'Status' } }),
    isOpen: open('status', ['OPEN']),
    amount: money({ zh: '预计金额', en: 'Amount' }),
    probability: int({ label: { zh: '可能性', en: 'Probability' } }),
    expectedCloseOn: date({ label: { zh: '预计成交日期', en: 'Expected close' } }),
    closedOn: date({ label: { zh: '关闭日期', en: 'Closed on' } }),
    winReason: text({ max: 64, label: { zh: '赢单原因', en: 'Win reason' } }),
    lossReason: text({ max: 64, label: { zh: '输单原因', en: 'Loss reason' } }),
    needId: id({ references: 'NeedFact', label: { zh: '需求', en: 'Need' } }),
    salespersonId: id({ references: 'StaffMember', label: { zh: '销售人员', en: 'Salesperson' } }),
  },
  access,
  relations: {
    ...relations,
    competition: { to: (): Entity => CompetitionFact, from: 'id', foreign: 'opportunityId' },
  },
});

const ofOpportunity = (alias: string, column: string): string =>
  `(SELECT o.${column} FROM opportunityFact o WHERE o.id = ${alias}.opportunityId)`;

/** A competitor on an opportunity. No partner reads of competitors, whatever was shared with it. */
export const CompetitionFact = defineEntity('CompetitionFact', {
  fields: {
    ...unkeptStamps,
    customerId,
    opportunityId: id({
      required: true,
      references: 'OpportunityFact',
      label: { zh: '商机', en: 'Opportunity' },
    }),
    competitorId: id({
      required: true,
      references: 'Competitor',
      label: { zh: '竞争对手', en: 'Competitor' },
    }),
    standing: text({ max: 16, required: true, label: { zh: '竞争态势', en: 'Standing' } }),
    since: date({ required: true, label: { zh: '介入日期', en: 'Since' } }),
    incumbent: boolean({ required: true, label: { zh: '现有供应商', en: 'Incumbent' } }),
    quotedPrice: money({ zh: '报价', en: 'Quoted price' }),
    closedOn: date({
      label: { zh: '关闭日期', en: 'Closed on' },
      sql: (alias) => ofOpportunity(alias, 'closedOn'),
    }),
    /** Of the opportunity. */
    amount: money(
      { zh: '商机金额', en: 'Amount' },
      {
        amountSql: (alias) => ofOpportunity(alias, 'amountAmount'),
        currencySql: (alias) => ofOpportunity(alias, 'amountCurrency'),
      },
    ),
  },
  access: { by: 'all', of: [{ by: 'company' }, access] },
  relations: {
    ...relations,
    opportunity: {
      to: (): Entity => OpportunityFact,
      from: 'opportunityId',
      foreign: 'id',
      isOne: true,
    },
    competitor: { to: () => CompetitorEntity, from: 'competitorId', foreign: 'id', isOne: true },
  },
});

/** That something about a customer needs somebody. */
export const AlertFact = defineEntity('AlertFact', {
  fields: {
    ...unkeptStamps,
    customerId,
    ruleCode: text({ max: 64, required: true, label: { zh: '规则编号', en: 'Rule code' } }),
    severity: text({ max: 16, required: true, label: { zh: '严重程度', en: 'Severity' } }),
    state: text({ max: 16, required: true, label: { zh: '状态', en: 'State' } }),
    isOpen: open('state', openAlerts),
    assigneeId: id({ references: 'StaffMember', label: { zh: '处理人', en: 'Assignee' } }),
    openedAt: dateTime({ required: true, label: { zh: '产生时间', en: 'Opened' } }),
    closedAt: dateTime({ label: { zh: '关闭时间', en: 'Closed' } }),
  },
  access,
  relations,
});
