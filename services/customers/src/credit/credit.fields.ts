import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, dateTime, id, int, money, text } from '@crm/kit/record/field';

const confidential = { class: 'CONFIDENTIAL' } as const;

/** An account has one currency for all of its amounts. */
const ofAccount = {
  ...confidential,
  currencySql: (alias: string) => `${alias}.currency`,
} as const;

export const CreditAccountEntity = defineEntity('CreditAccount', {
  fields: {
    customerId: id({
      required: true,
      references: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    currency: text({ max: 3, required: true, label: { zh: '币种', en: 'Currency' } }),
    limit: money({ zh: '信用额度', en: 'Credit limit' }, ofAccount),
    exposure: money({ zh: '已用额度', en: 'Exposure' }, { ...ofAccount, managed: true }),
    available: money(
      { zh: '可用额度', en: 'Available credit' },
      {
        ...ofAccount,
        amountSql: (alias: string) => `${alias}.limitAmount - ${alias}.exposureAmount`,
      },
    ),
    paymentTermDays: int({ ...confidential, label: { zh: '账期(天)', en: 'Payment term' } }),
    overdueDaysMax: int({
      ...confidential,
      label: { zh: '允许逾期天数', en: 'Days overdue allowed' },
    }),
    isOnHold: boolean({
      required: true,
      managed: true,
      label: { zh: '信用冻结', en: 'On credit hold' },
    }),
    holdReason: text({
      max: 1000,
      managed: true,
      ...confidential,
      label: { zh: '冻结原因', en: 'Hold reason' },
    }),
    heldAt: dateTime({ managed: true, ...confidential, label: { zh: '冻结时间', en: 'Held at' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type CreditAccount = NonNullable<typeof CreditAccountEntity.row>;

/** What happened to an account. Only ever added to: the complete record of its performance. */
export const CreditEventEntity = defineEntity('CreditEvent', {
  fields: {
    accountId: id({
      required: true,
      references: 'CreditAccount',
      label: { zh: '信用账户', en: 'Credit account' },
    }),
    customerId: id({
      required: true,
      references: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    kind: choice(
      {
        LIMIT_SET: { zh: '授信', en: 'Limit set' },
        USED: { zh: '占用', en: 'Used' },
        FREED: { zh: '释放占用', en: 'Freed' },
        PAID_ON_TIME: { zh: '按期付款', en: 'Paid on time' },
        PAID_LATE: { zh: '逾期付款', en: 'Paid late' },
        HELD: { zh: '冻结', en: 'Held' },
        RELEASED: { zh: '解冻', en: 'Released' },
      },
      { required: true, label: { zh: '类型', en: 'Kind' } },
    ),
    currency: text({ max: 3, required: true, label: { zh: '币种', en: 'Currency' } }),
    amount: money(
      { zh: '金额', en: 'Amount' },
      {
        ...confidential,
        currencySql: (alias: string) =>
          `IF(${alias}.amountAmount IS NULL, NULL, ${alias}.currency)`,
      },
    ),
    exposure: money({ zh: '其后已用额度', en: 'Exposure afterwards' }, ofAccount),
    daysLate: int({ label: { zh: '逾期天数', en: 'Days late' } }),
    orderId: id({ references: 'SalesOrder', label: { zh: '订单', en: 'Order' } }),
    paymentId: id({ references: 'Payment', label: { zh: '收款', en: 'Payment' } }),
    receivableId: id({ references: 'Receivable', label: { zh: '应收', en: 'Receivable' } }),
    reason: text({ max: 1000, ...confidential, label: { zh: '原因', en: 'Reason' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type CreditEvent = NonNullable<typeof CreditEventEntity.row>;
