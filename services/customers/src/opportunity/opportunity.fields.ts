import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, int, money, term, text } from '@crm/kit/record/field';
import { SalesOrderEntity } from '../order/order.fields.ts';

const customerId = id({
  required: true,
  references: 'Customer',
  label: { zh: '客户', en: 'Customer' },
});

/** A sale that may come about. */
export const OpportunityEntity = defineEntity('Opportunity', {
  fields: {
    customerId,
    name: text({ max: 200, required: true, label: { zh: '商机名称', en: 'Name' } }),
    description: text({ max: 4000, label: { zh: '说明', en: 'Description' } }),
    stage: text({ max: 64, required: true, label: { zh: '阶段', en: 'Stage' } }),
    status: choice(
      {
        OPEN: { zh: '进行中', en: 'Open' },
        WON: { zh: '赢单', en: 'Won' },
        LOST: { zh: '输单', en: 'Lost' },
        ABANDONED: { zh: '放弃', en: 'Abandoned' },
      },
      { required: true, managed: true, label: { zh: '状态', en: 'Status' } },
    ),
    amount: money({ zh: '预计金额', en: 'Amount' }),
    probability: int({ required: true, label: { zh: '赢单概率', en: 'Probability' } }),
    weightedAmount: money(
      { zh: '加权金额', en: 'Weighted amount' },
      {
        amountSql: (alias) => `ROUND(${alias}.amountAmount * ${alias}.probability / 100, 2)`,
        currencySql: (alias) => `${alias}.amountCurrency`,
      },
    ),
    expectedCloseOn: date({ label: { zh: '预计成交日期', en: 'Expected close' } }),
    needId: id({ references: 'Need', label: { zh: '来源需求', en: 'Need' } }),
    salespersonId: id({ references: 'StaffMember', label: { zh: '销售人员', en: 'Salesperson' } }),
    closedOn: date({ managed: true, label: { zh: '关闭日期', en: 'Closed on' } }),
    winReason: term({ vocabulary: 'win_reason', label: { zh: '赢单原因', en: 'Win reason' } }),
    lossReason: term({ vocabulary: 'loss_reason', label: { zh: '输单原因', en: 'Loss reason' } }),
    closeNote: text({ max: 2000, label: { zh: '关闭说明', en: 'Closing note' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
  relations: {
    orders: { to: () => SalesOrderEntity, from: 'id', foreign: 'opportunityId' },
  },
});

export type Opportunity = NonNullable<typeof OpportunityEntity.row>;

/** One step of an opportunity. Only ever added to. */
export const OpportunityStageChangeEntity = defineEntity('OpportunityStageChange', {
  fields: {
    opportunityId: id({
      required: true,
      references: 'Opportunity',
      label: { zh: '商机', en: 'Opportunity' },
    }),
    customerId,
    fromStage: text({ max: 64, label: { zh: '原阶段', en: 'From stage' } }),
    toStage: text({ max: 64, required: true, label: { zh: '新阶段', en: 'To stage' } }),
    probability: int({ required: true, label: { zh: '赢单概率', en: 'Probability' } }),
    amount: money({ zh: '预计金额', en: 'Amount' }),
    daysInStage: int({ label: { zh: '停留天数', en: 'Days in the stage before' } }),
    note: text({ max: 2000, label: { zh: '说明', en: 'Note' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type OpportunityStageChange = NonNullable<typeof OpportunityStageChangeEntity.row>;
