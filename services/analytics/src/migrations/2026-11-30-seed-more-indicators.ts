import { migration } from '@crm/kit/database/migration';
import {
  aggregate,
  allTime,
  count,
  days,
  field,
  of,
  ofTwo,
  seedIndicatorsSql,
  sum,
  thisYear,
  unseedIndicatorsSql,
  type IndicatorSeed,
} from './indicator-seed.ts';

const year = days(365);

const ofFinance = (
  code: string,
  name: string,
  [zh, en]: readonly [zh: string, en: string],
): Pick<IndicatorSeed, 'code' | 'en' | 'source' | 'valueType' | 'zh'> => ({
  code,
  zh,
  en,
  source: field(`finance.${name}`),
  valueType: 'TEXT',
});

const won = { where: { standing: { eq: 'WON' } }, on: 'closedOn' };
const priced = { where: { quotedPrice: { amount: { gt: '0' } }, amount: { amount: { gt: '0' } } } };

const target = (measure: string): object =>
  aggregate('TARGET', 'SUM', {
    window: thisYear,
    field: 'value',
    on: 'startsOn',
    where: { measure: { eq: measure }, period: { eq: 'YEAR' } },
  });

const ofCustomers: readonly IndicatorSeed[] = [
  ...of({ subjectType: 'CUSTOMER', category: 'FINANCIAL' }, [
    {
      code: 'receivables_settled_365d',
      zh: '近365天结清的应收数',
      en: 'Receivables settled in 365 days',
      source: count('RECEIVABLE', year, { on: 'settledOn' }),
    },
    {
      code: 'receivables_settled_on_time_365d',
      zh: '近365天按期结清的应收数',
      en: 'Receivables settled on time in 365 days',
      source: count('RECEIVABLE', year, { on: 'settledOn', where: { daysLate: { eq: 0 } } }),
    },
    {
      code: 'on_time_payment_ratio',
      zh: '按期付款比例',
      en: 'Share of receivables settled on time',
      source: ofTwo('RATIO', 'receivables_settled_on_time_365d', 'receivables_settled_365d'),
    },
    {
      code: 'days_late_average_365d',
      zh: '平均逾期付款天数',
      en: 'Average days that payments were late',
      source: aggregate('RECEIVABLE', 'AVG', { window: year, field: 'daysLate', on: 'settledOn' }),
    },
    {
      code: 'days_late_max_365d',
      zh: '最长逾期付款天数',
      en: 'Most days that a payment was late',
      source: aggregate('RECEIVABLE', 'MAX', { window: year, field: 'daysLate', on: 'settledOn' }),
    },
    {
      code: 'credit_limit',
      zh: '信用额度',
      en: 'Credit limit',
      source: aggregate('CREDIT_ACCOUNT', 'SUM', {
        window: allTime,
        field: 'limit',
        on: 'updatedAt',
      }),
      unit: 'CNY',
    },
    {
      code: 'credit_exposure',
      zh: '已用信用额度',
      en: 'Credit exposure',
      source: aggregate('CREDIT_ACCOUNT', 'SUM', {
        window: allTime,
        field: 'exposure',
        on: 'updatedAt',
      }),
      unit: 'CNY',
    },
    {
      code: 'credit_utilisation',
      zh: '信用额度使用率',
      en: 'Share of the credit limit in use',
      source: ofTwo('RATIO', 'credit_exposure', 'credit_limit'),
    },
    ofFinance('bank_credit_rating', 'bankCreditRating', ['银行信用', 'Bank credit rating']),
    ofFinance('trade_credit_rating', 'tradeCreditRating', [
      '同行信用评价',
      'Trade credit reputation',
    ]),
    ofFinance('payment_behaviour', 'paymentBehaviour', ['付款态度', 'Payment behaviour']),
    ofFinance('funding_position', 'fundingPosition', ['资金状况', 'Funding position']),
    ofFinance('accounting_books', 'accountingBooks', ['财务账簿', 'Accounting books']),
    {
      code: 'registered_capital',
      zh: '注册资金',
      en: 'Registered capital',
      source: field('finance.registeredCapital'),
    },
  ]),
  ...of({ subjectType: 'CUSTOMER', category: 'RELATIONSHIP' }, [
    {
      code: 'need_count_365d',
      zh: '近365天提出的需求数',
      en: 'Needs told in 365 days',
      source: count('NEED', year, { on: 'createdAt' }),
    },
  ]),
];

const ofPeople = of({ subjectType: 'PERSON', category: 'RELATIONSHIP' }, [
  {
    code: 'person_need_count_365d',
    zh: '近365天提出的需求数',
    en: 'Needs that the person told in 365 days',
    source: count('NEED', year, { on: 'createdAt' }),
  },
  {
    code: 'person_care_reply_count_365d',
    zh: '近365天关怀回复次数',
    en: 'Replies to care in 365 days',
    source: count('INTERACTION', year, {
      where: { direction: { eq: 'INBOUND' }, careTaskId: { isNull: false } },
    }),
  },
  {
    code: 'person_won_opportunity_count',
    zh: '参与的赢单数',
    en: 'Won opportunities that one talked about with the person',
    source: aggregate('INTERACTION', 'DISTINCT', {
      window: allTime,
      field: 'opportunityId',
      where: { opportunity: { status: { eq: 'WON' } } },
    }),
  },
]);

const ofCompetitors = of({ subjectType: 'COMPETITOR', category: 'RELATIONSHIP' }, [
  {
    code: 'competitor_contested_count_365d',
    zh: '近365天竞争的商机数',
    en: 'Opportunities contested in 365 days',
    source: aggregate('COMPETITION', 'DISTINCT', {
      window: year,
      field: 'opportunityId',
      on: 'since',
    }),
  },
  {
    code: 'competitor_win_count_365d',
    zh: '近365天输给对手的商机数',
    en: 'Opportunities lost to the competitor in 365 days',
    source: count('COMPETITION', year, won),
  },
  {
    code: 'competitor_win_amount_365d',
    zh: '近365天输给对手的金额',
    en: 'Amount lost to the competitor in 365 days',
    source: aggregate('COMPETITION', 'SUM', { window: year, field: 'amount', ...won }),
    unit: 'CNY',
  },
  {
    code: 'competitor_activity_count_180d',
    zh: '近180天动态数',
    en: 'Moves in 180 days',
    source: count('ACTIVITY', days(180)),
  },
  {
    code: 'competitor_quoted_amount',
    zh: '对手报价总额',
    en: 'Amount that the competitor quoted',
    source: aggregate('COMPETITION', 'SUM', { window: allTime, field: 'quotedPrice', ...priced }),
    unit: 'CNY',
  },
  {
    code: 'competitor_quoted_opportunity_amount',
    zh: '对手报价商机的我方金额',
    en: 'Our amount of the opportunities that the competitor quoted for',
    source: aggregate('COMPETITION', 'SUM', { window: allTime, field: 'amount', ...priced }),
    unit: 'CNY',
  },
  {
    code: 'competitor_price_ratio',
    zh: '对手报价与我方之比',
    en: 'Prices of the competitor as a share of ours',
    source: ofTwo('RATIO', 'competitor_quoted_amount', 'competitor_quoted_opportunity_amount'),
  },
  {
    code: 'competitor_strategic_customer_count',
    zh: '涉足的战略客户数',
    en: 'Strategic customers that it competes for',
    source: aggregate('COMPETITION', 'DISTINCT', {
      window: allTime,
      field: 'customerId',
      where: {
        standing: { in: ['ACTIVE', 'LEADING', 'WON'] },
        customer: { level: { eq: 'STRATEGIC' } },
      },
    }),
  },
]);

const ofStaff = of({ subjectType: 'STAFF', category: 'TRANSACTION' }, [
  {
    code: 'staff_order_target_this_year',
    zh: '本年订单目标',
    en: 'Target of orders this year',
    source: target('ORDER_AMOUNT'),
  },
  {
    code: 'staff_order_attainment_this_year',
    zh: '本年订单完成率',
    en: 'Share of the target of orders reached',
    source: ofTwo('RATIO', 'staff_order_amount_this_year', 'staff_order_target_this_year'),
  },
  {
    code: 'staff_collection_amount_this_year',
    zh: '本年收款金额',
    en: 'Collections this year',
    source: sum('PAYMENT', thisYear),
    unit: 'CNY',
  },
  {
    code: 'staff_collection_target_this_year',
    zh: '本年收款目标',
    en: 'Target of collections this year',
    source: target('COLLECTION_AMOUNT'),
  },
  {
    code: 'staff_collection_attainment_this_year',
    zh: '本年收款完成率',
    en: 'Share of the target of collections reached',
    source: ofTwo(
      'RATIO',
      'staff_collection_amount_this_year',
      'staff_collection_target_this_year',
    ),
  },
  {
    code: 'staff_new_customer_count_this_year',
    zh: '本年新增客户数',
    en: 'New customers this year',
    source: count('CUSTOMER', thisYear, { on: 'createdAt' }),
  },
  {
    code: 'staff_overdue_contact_count',
    zh: '联络超期数',
    en: 'Customers whom nobody has talked to in time',
    source: count('ALERT', allTime, {
      where: { ruleCode: { eq: 'contact_overdue' }, isOpen: { eq: true } },
    }),
  },
]);

const seeds = [...ofCustomers, ...ofPeople, ...ofCompetitors, ...ofStaff];

/** Credit to the day, what people say and do, competitors, and staff against their targets. */
export const seedMoreIndicators = migration('SeedMoreIndicators_1796057200000', {
  up: [seedIndicatorsSql(seeds)],
  down: [unseedIndicatorsSql(seeds)],
});
