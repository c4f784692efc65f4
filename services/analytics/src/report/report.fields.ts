import { defineEntity, type Entity, type Head, type Relation } from '@crm/kit/record/entity';
import { date, dateTime, decimal, int, text } from '@crm/kit/record/field';
import { raw, sql } from '@crm/kit/sql';
import { attributeFields, CustomerEntity } from '../customer/customer.fields.ts';
import { OrderFact, OrderLineFact, PaymentFact, ReceivableFact } from '../fact/fact.fields.ts';
import { InteractionFact } from '../fact/interaction.fields.ts';
import { AlertFact, CompetitionFact, NeedFact, OpportunityFact } from '../fact/sales.fields.ts';
import { CustomerPerson, isThereToday } from '../person/customer-person.fields.ts';
import { today } from '../today.ts';

/** The first and last day of the company's year. */
const newYear = `MAKEDATE(YEAR(${today}), 1)`;
const thisYear = `${newYear} AND ${newYear} + INTERVAL 1 YEAR - INTERVAL 1 DAY`;

/** The row of `customerFigure` that stands beside a customer. */
const figures = (alias: string): string => `${alias}Figure`;

export const figure =
  (name: string) =>
  (alias: string): string =>
    `${figures(alias)}.${name}`;

/** A customer's facts of one kind in the report's currency. */
const factSum = (alias: string, sum: string, from: string): string =>
  `(SELECT COALESCE(SUM(${sum}), 0) FROM ${from} AND fact.customerId = ${alias}.id AND fact.deletedAt IS NULL)`;

const inCurrency = (fact: string, money: string, alias: string): string =>
  `${fact} fact WHERE fact.${money}Currency = ${figures(alias)}.currency`;

/** The row of `customerActivity` that stands beside a customer. */
const activity =
  (name: string) =>
  (alias: string): string =>
    `${alias}Activity.${name}`;

const count = (zh: string, en: string, name: string) =>
  int({
    required: true,
    label: { zh, en },
    sql: (alias) => `COALESCE(${activity(name)(alias)}, 0)`,
  });

const of = (to: () => Entity): Relation => ({ to, from: 'id', foreign: 'customerId' });

/** Customers stand in the order of these figures beside them. */
export const headOf = (currency: string): Head => ({
  fields: ['orderAmount', 'orderCount', 'lastOrderOn', 'paymentAmount', 'receivable'],
  id: figure('customerId')('t'),
  join: (part) => sql`JOIN (SELECT * FROM customerFigure ${raw(figures('t'))}
    WHERE ${raw(figure('currency')('t'))} = ${currency} AND ${part}) ${raw(figures('t'))}
    ON ${raw(figure('customerId')('t'))} = t.id ${raw(activityOf('t'))}`,
});

const activityOf = (alias: string): string =>
  `LEFT JOIN customerActivity ${alias}Activity ON ${alias}Activity.customerId = ${alias}.id`;

/** A customer with its figures in one currency. */
export const CustomerReportRow = defineEntity('CustomerReportRow', {
  table: 'customer',
  customFieldsOf: CustomerEntity.name,
  pieced: ['name'],
  beside: (alias) =>
    `JOIN customerFigure ${figures(alias)} ON ${figures(alias)}.customerId = ${alias}.id ${activityOf(alias)}`,
  fields: {
    ...attributeFields,
    currency: text({
      max: 3,
      required: true,
      label: { zh: '币种', en: 'Currency' },
      sql: figure('currency'),
    }),
    orderCount: int({
      required: true,
      label: { zh: '交易次数', en: 'Orders' },
      sql: figure('orderCount'),
    }),
    orderAmount: decimal({
      required: true,
      currency: 'currency',
      label: { zh: '累计订单金额', en: 'Order amount' },
      sql: figure('orderAmount'),
    }),
    orderAmountThisYear: decimal({
      required: true,
      currency: 'currency',
      label: { zh: '本年订单金额', en: 'Order amount this year' },
      sql: (alias) =>
        factSum(
          alias,
          'fact.amountAmount',
          `${inCurrency('orderFact', 'amount', alias)} AND fact.orderedOn BETWEEN ${thisYear}`,
        ),
    }),
    averageOrderAmount: decimal({
      currency: 'currency',
      label: { zh: '平均订单金额', en: 'Average order amount' },
      sql: (alias) =>
        `ROUND(${figures(alias)}.orderAmount / NULLIF(${figures(alias)}.orderCount, 0), 2)`,
    }),
    firstOrderOn: date({
      label: { zh: '首次订货日期', en: 'First order on' },
      sql: figure('firstOrderOn'),
    }),
    lastOrderOn: date({
      label: { zh: '最近订货日期', en: 'Last order on' },
      sql: figure('lastOrderOn'),
    }),
    paymentCount: int({
      required: true,
      label: { zh: '收款次数', en: 'Payments' },
      sql: figure('paymentCount'),
    }),
    paymentAmount: decimal({
      required: true,
      currency: 'currency',
      label: { zh: '累计收款金额', en: 'Payment amount' },
      sql: figure('paymentAmount'),
    }),
    paymentAmountThisYear: decimal({
      required: true,
      currency: 'currency',
      label: { zh: '本年收款金额', en: 'Payment amount this year' },
      sql: (alias) =>
        factSum(
          alias,
          'fact.amountAmount',
          `${inCurrency('paymentFact', 'amount', alias)} AND fact.receivedOn BETWEEN ${thisYear}`,
        ),
    }),
    lastPaymentOn: date({
      label: { zh: '最近收款日期', en: 'Last payment on' },
      sql: figure('lastPaymentOn'),
    }),
    receivable: decimal({
      required: true,
      currency: 'currency',
      label: { zh: '应收余额', en: 'Receivable' },
      sql: figure('receivable'),
    }),
    overdue: decimal({
      required: true,
      currency: 'currency',
      label: { zh: '逾期金额', en: 'Overdue' },
      sql: (alias) =>
        factSum(
          alias,
          'fact.balanceAmount',
          `${inCurrency('receivableFact', 'balance', alias)} AND fact.dueOn < ${today}`,
        ),
    }),
    interactionCount: count('联络次数', 'Interactions', 'interactionCount'),
    lastInteractionAt: dateTime({
      label: { zh: '最近联络时间', en: 'Last interaction at' },
      sql: activity('lastInteractionAt'),
    }),
    openNeedCount: count('未满足需求数', 'Open needs', 'openNeedCount'),
    openOpportunityCount: count('进行中商机数', 'Open opportunities', 'openOpportunityCount'),
    contestedCount: count('有竞争的商机数', 'Opportunities contested now', 'contestedCount'),
    openAlertCount: count('未了结预警数', 'Open alerts', 'openAlertCount'),
  },
  access: { by: 'owner', owner: 'ownerId', team: 'teamId' },
  relations: {
    people: { ...of(() => CustomerPerson), only: isThereToday },
    orders: of(() => OrderFact),
    orderLines: of(() => OrderLineFact),
    payments: of(() => PaymentFact),
    receivables: of(() => ReceivableFact),
    interactions: of(() => InteractionFact),
    needs: of(() => NeedFact),
    opportunities: of(() => OpportunityFact),
    competition: of(() => CompetitionFact),
    alerts: of(() => AlertFact),
  },
});

/** The values of the columns that were asked for, in their order. */
type Asked = { readonly values?: readonly { readonly field: string; readonly value: unknown }[] };

export type ReportRow = (typeof CustomerReportRow extends Entity<infer Row> ? Row : never) & Asked;
