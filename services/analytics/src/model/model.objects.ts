import { describeObject } from '@crm/kit/record/entity';
import { choice, dateTime, decimal, int, text } from '@crm/kit/record/field';

const kinds = {
  VALUE: { zh: '价值', en: 'Value' },
  CREDIT: { zh: '信用', en: 'Credit' },
  LOYALTY: { zh: '忠诚度', en: 'Loyalty' },
  CLOSENESS: { zh: '亲密度', en: 'Closeness' },
  THREAT: { zh: '威胁', en: 'Threat' },
  PERFORMANCE: { zh: '绩效', en: 'Performance' },
  CUSTOM: { zh: '自定义', en: 'Custom' },
} as const;

const statuses = {
  DRAFT: { zh: '草稿', en: 'Draft' },
  PUBLISHED: { zh: '已发布', en: 'Published' },
  RETIRED: { zh: '已停用', en: 'Retired' },
} as const;

const subjectTypes = {
  CUSTOMER: { zh: '客户', en: 'Customer' },
  PERSON: { zh: '联系人', en: 'Person' },
  COMPETITOR: { zh: '竞争对手', en: 'Competitor' },
  STAFF: { zh: '员工', en: 'Staff' },
} as const;

const functions = {
  BANDS: { zh: '分段', en: 'Bands' },
  MAP: { zh: '对照', en: 'Map' },
  LINEAR: { zh: '线性', en: 'Linear' },
  PERCENTILE: { zh: '百分位', en: 'Percentile' },
  FLAG: { zh: '是否', en: 'Yes or no' },
} as const;

const policies = {
  ZERO: { zh: '计零分', en: 'No points' },
  SKIP: { zh: '不计入', en: 'Not counted' },
  NEUTRAL: { zh: '计半分', en: 'Half of the points' },
  FIXED: { zh: '固定分', en: 'Fixed points' },
} as const;

/** What models consist of, in words. */
export const modelObjects = [
  describeObject('EvaluationModel', {
    code: text({ max: 64, required: true, label: { zh: '模型编号', en: 'Code' } }),
    version: int({ required: true, label: { zh: '版本', en: 'Version' } }),
    status: choice(statuses, { required: true, label: { zh: '状态', en: 'Status' } }),
    kind: choice(kinds, { required: true, label: { zh: '类型', en: 'Kind' } }),
    subjectType: choice(subjectTypes, {
      required: true,
      label: { zh: '评估对象', en: 'Subject type' },
    }),
    scale: decimal({ scale: 2, required: true, label: { zh: '满分', en: 'Scale' } }),
    minCoverage: decimal({
      scale: 4,
      required: true,
      label: { zh: '最低数据覆盖率', en: 'Least coverage' },
    }),
    revision: int({ required: true, label: { zh: '草稿修订', en: 'Revision' } }),
    savedAt: dateTime({ required: true, label: { zh: '保存时间', en: 'Saved' } }),
    publishedAt: dateTime({ label: { zh: '发布时间', en: 'Published' } }),
    effectiveFrom: dateTime({ label: { zh: '生效时间', en: 'Effective from' } }),
    retiredAt: dateTime({ label: { zh: '停用时间', en: 'Retired' } }),
  }),
  describeObject('EvaluationCategory', {
    name: text({ max: 200, required: true, label: { zh: '评估分类', en: 'Category' } }),
    weight: decimal({ scale: 4, required: true, label: { zh: '权重', en: 'Weight' } }),
  }),
  describeObject('EvaluationCriterion', {
    indicator: text({ max: 64, required: true, label: { zh: '指标', en: 'Indicator' } }),
    weight: decimal({ scale: 4, required: true, label: { zh: '权重', en: 'Weight' } }),
    maxPoints: decimal({ scale: 4, required: true, label: { zh: '分值', en: 'Most points' } }),
  }),
  describeObject('ScoringFunction', {
    kind: choice(functions, { required: true, label: { zh: '计分方式', en: 'Function' } }),
  }),
  describeObject('MissingPolicy', {
    kind: choice(policies, { required: true, label: { zh: '缺失处理', en: 'Without data' } }),
    points: decimal({ scale: 4, label: { zh: '分数', en: 'Points' } }),
  }),
  describeObject('GradeBand', {
    code: text({ max: 32, required: true, label: { zh: '等级', en: 'Grade' } }),
    from: decimal({ scale: 2, required: true, label: { zh: '起始分', en: 'From' } }),
    designation: text({ max: 64, label: { zh: '建议的价值定位', en: 'Suggested designation' } }),
    limitMultiplier: decimal({ scale: 2, label: { zh: '信用额度倍数', en: 'Limit multiplier' } }),
  }),
];
