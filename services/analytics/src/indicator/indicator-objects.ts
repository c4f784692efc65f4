import { describeObject, type Entity } from '@crm/kit/record/entity';
import { choice } from '@crm/kit/record/field';
import { classField } from '../strictness.ts';

const kind = choice(
  {
    AGGREGATE: { zh: '汇总', en: 'Aggregate' },
    STATE: { zh: '余额', en: 'Balance' },
    RECENCY: { zh: '距今天数', en: 'Recency' },
    FREQUENCY: { zh: '频率', en: 'Frequency' },
    FIELD: { zh: '字段', en: 'Field' },
    RATIO: { zh: '比率', en: 'Ratio' },
    DIFFERENCE: { zh: '差额', en: 'Difference' },
    GROWTH: { zh: '增长率', en: 'Growth' },
  },
  { label: { zh: '来源类型', en: 'Kind of source' } },
);

const measure = choice(
  {
    SUM: { zh: '合计', en: 'Sum' },
    COUNT: { zh: '次数', en: 'Count' },
    AVG: { zh: '平均', en: 'Average' },
    MIN: { zh: '最小', en: 'Smallest' },
    MAX: { zh: '最大', en: 'Largest' },
    DISTINCT: { zh: '不同值个数', en: 'Different values' },
    DECAYED_SUM: { zh: '衰减合计', en: 'Decayed sum' },
  },
  { label: { zh: '计算方式', en: 'Measure' } },
);

const fact = choice(
  {
    ORDER: { zh: '订单', en: 'Order' },
    PAYMENT: { zh: '收款', en: 'Payment' },
    RECEIVABLE: { zh: '应收款', en: 'Receivable' },
    INTERACTION: { zh: '联络', en: 'Interaction' },
    ORDER_LINE: { zh: '订单行', en: 'Order line' },
    NEED: { zh: '需求', en: 'Need' },
    OPPORTUNITY: { zh: '商机', en: 'Opportunity' },
    COMPETITION: { zh: '竞争', en: 'Competition' },
    ALERT: { zh: '提醒', en: 'Alert' },
    SURVEY_RESPONSE: { zh: '问卷答复', en: 'Answer to a survey' },
    ACTIVITY: { zh: '竞争动态', en: 'Move of a competitor' },
    CREDIT_ACCOUNT: { zh: '信用账户', en: 'Credit account' },
    CUSTOMER: { zh: '客户', en: 'Customer' },
    TARGET: { zh: '绩效目标', en: 'Target' },
  },
  { label: { zh: '业务记录', en: 'Fact' } },
);

const bucket = choice(
  {
    DAY: { zh: '日', en: 'Day' },
    WEEK: { zh: '周', en: 'Week' },
    MONTH: { zh: '月', en: 'Month' },
    QUARTER: { zh: '季', en: 'Quarter' },
    YEAR: { zh: '年', en: 'Year' },
  },
  { label: { zh: '时间段', en: 'Bucket' } },
);

const windowKind = choice(
  {
    ALL_TIME: { zh: '累计', en: 'All time' },
    THIS_YEAR: { zh: '本年', en: 'This year' },
    LAST_YEAR: { zh: '上年', en: 'Last year' },
    THIS_QUARTER: { zh: '本季', en: 'This quarter' },
    ROLLING_DAYS: { zh: '近若干天', en: 'Rolling days' },
    BETWEEN: { zh: '起止日期', en: 'Between two days' },
  },
  { label: { zh: '时间窗口', en: 'Window' } },
);

/** Closed values of sources and of values, with what people call them. */
export const indicatorObjects: readonly Entity[] = [
  describeObject('Indicator', { class: classField }),
  describeObject('IndicatorSource', {
    kind,
    fact,
    measure,
    bucket,
    from: choice(
      { LAST: { zh: '最近一次', en: 'The last' }, FIRST: { zh: '第一次', en: 'The first' } },
      { label: { zh: '起算', en: 'Counted from' } },
    ),
    state: choice(
      {
        RECEIVABLE_BALANCE: { zh: '应收余额', en: 'Receivable balance' },
        OVERDUE_BALANCE: { zh: '逾期余额', en: 'Overdue balance' },
      },
      { label: { zh: '余额', en: 'Balance' } },
    ),
    since: choice(
      { DAYS: { zh: '天数', en: 'Days' }, YEARS: { zh: '年数', en: 'Years' } },
      { label: { zh: '时间单位', en: 'Age in' } },
    ),
  }),
  describeObject('IndicatorWindow', { kind: windowKind }),
  describeObject('IndicatorValue', {
    status: choice(
      {
        KNOWN: { zh: '已知', en: 'Known' },
        NO_DATA: { zh: '无数据', en: 'No data' },
        NOT_KEPT: { zh: '未保留', en: 'Not kept' },
        HIDDEN: { zh: '无权查看', en: 'Hidden' },
      },
      { required: true, label: { zh: '状态', en: 'Status' } },
    ),
  }),
];
