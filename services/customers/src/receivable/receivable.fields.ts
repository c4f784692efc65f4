import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, date, id, int, money } from '@crm/kit/record/field';

/** Today in the company's time zone. */
const today = "DATE(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', '+08:00'))";

const isLate = (alias: string): string =>
  `${alias}.balanceAmount > 0 AND ${alias}.isCancelled = 0 AND ${alias}.dueOn < ${today}`;

export const ReceivableEntity = defineEntity('Receivable', {
  fields: {
    customerId: id({
      required: true,
      references: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    orderId: id({ references: 'SalesOrder', label: { zh: '订单', en: 'Order' } }),
    amount: money({ zh: '应收金额', en: 'Amount' }),
    balance: money({ zh: '未收金额', en: 'Balance' }),
    dueOn: date({ required: true, label: { zh: '到期日', en: 'Due on' } }),
    isCancelled: boolean({ required: true, label: { zh: '已取消', en: 'Cancelled' } }),
    status: choice(
      {
        OPEN: { zh: '未到期', en: 'Open' },
        OVERDUE: { zh: '逾期', en: 'Overdue' },
        SETTLED: { zh: '已结清', en: 'Settled' },
        CANCELLED: { zh: '已取消', en: 'Cancelled' },
      },
      {
        required: true,
        label: { zh: '状态', en: 'Status' },
        sql: (alias: string) =>
          `CASE WHEN ${alias}.isCancelled = 1 THEN 'CANCELLED' WHEN ${alias}.balanceAmount = 0 THEN 'SETTLED' WHEN ${isLate(alias)} THEN 'OVERDUE' ELSE 'OPEN' END`,
      },
    ),
    daysPastDue: int({
      required: true,
      label: { zh: '逾期天数', en: 'Days past due' },
      sql: (alias: string) => `IF(${isLate(alias)}, DATEDIFF(${today}, ${alias}.dueOn), 0)`,
    }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type Receivable = NonNullable<typeof ReceivableEntity.row>;
