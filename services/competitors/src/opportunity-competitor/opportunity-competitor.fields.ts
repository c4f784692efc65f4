import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, date, id, list, money, text } from '@crm/kit/record/field';
import { CompetitorEntity } from '../competitor/competitor.fields.ts';

/** A competitor on an opportunity. Reached through the customer of the opportunity. */
export const OpportunityCompetitorEntity = defineEntity('OpportunityCompetitor', {
  fields: {
    opportunityId: id({
      required: true,
      names: 'Opportunity',
      label: { zh: '商机', en: 'Opportunity' },
    }),
    customerId: id({
      required: true,
      names: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    competitorId: id({
      required: true,
      references: 'Competitor',
      label: { zh: '竞争对手', en: 'Competitor' },
    }),
    standing: choice(
      {
        ACTIVE: { zh: '竞争中', en: 'Active' },
        LEADING: { zh: '领先', en: 'Leading' },
        WITHDRAWN: { zh: '已退出', en: 'Withdrawn' },
        WON: { zh: '中标', en: 'Won' },
        LOST: { zh: '落选', en: 'Lost' },
      },
      { required: true, label: { zh: '竞争态势', en: 'Standing' } },
    ),
    since: date({ required: true, label: { zh: '介入日期', en: 'Since' } }),
    incumbent: boolean({ required: true, label: { zh: '现有供应商', en: 'Incumbent' } }),
    quotedPrice: money({ zh: '对手报价', en: 'Quoted price' }),
    productIds: list({
      max: 20,
      names: 'CompetitorProduct',
      label: { zh: '竞争产品', en: 'Products' },
    }),
    strengths: text({ max: 4000, label: { zh: '对手优势', en: 'Strengths' } }),
    weaknesses: text({ max: 4000, label: { zh: '对手劣势', en: 'Weaknesses' } }),
    contactsCovered: list({
      max: 50,
      names: 'Person',
      label: { zh: '对手已接触的人', en: 'Contacts covered' },
    }),
    ourStrategy: text({
      max: 4000,
      class: 'CONFIDENTIAL',
      label: { zh: '我方策略', en: 'Our strategy' },
    }),
    note: text({ max: 4000, label: { zh: '备注', en: 'Note' } }),
    // What events of the opportunity tell, so that figures are read from one table.
    opportunityStatus: choice(
      {
        OPEN: { zh: '进行中', en: 'Open' },
        WON: { zh: '赢单', en: 'Won' },
        LOST: { zh: '输单', en: 'Lost' },
        ABANDONED: { zh: '放弃', en: 'Abandoned' },
      },
      { required: true, managed: true, label: { zh: '商机状态', en: 'Opportunity status' } },
    ),
    opportunityAmount: money({ zh: '商机金额', en: 'Opportunity amount' }, { managed: true }),
    salespersonId: id({ managed: true, label: { zh: '销售人员', en: 'Salesperson' } }),
    closedOn: date({ managed: true, label: { zh: '关闭日期', en: 'Closed on' } }),
    contestedOn: date({
      label: { zh: '竞争日期', en: 'Contested on' },
      sql: (alias) => `${alias}.contestedOn`,
    }),
  },
  // Partners read nothing of competitors, though a customer is shared with them.
  access: {
    by: 'all',
    of: [
      { by: 'company', writers: 'staff' },
      { by: 'parent', column: 'customerId', table: 'customerAccess' },
    ],
  },
  relations: {
    competitor: {
      to: () => CompetitorEntity,
      from: 'competitorId',
      foreign: 'id',
      isOne: true,
    },
  },
});

export type OpportunityCompetitor = NonNullable<typeof OpportunityCompetitorEntity.row>;
export type Standing = OpportunityCompetitor['standing'];
