import { describeObject } from '@crm/kit/record/entity';
import { choice, dateTime, decimal, int, text } from '@crm/kit/record/field';

const statuses = {
  SCORED: { zh: '已评分', en: 'Scored' },
  INSUFFICIENT_DATA: { zh: '数据不足', en: 'Not enough data' },
  OVERRIDDEN: { zh: '人工调整', en: 'Overridden' },
  HIDDEN: { zh: '无权查看', en: 'Hidden' },
} as const;

const reasons = {
  VALUE: { zh: '指标值变化', en: 'The value changed' },
  RANK: { zh: '排名变化', en: 'The rank changed' },
  MODEL: { zh: '模型变化', en: 'The model changed' },
  OTHERS: { zh: '其他指标的影响', en: 'Other criteria count' },
  CRITERION_ADDED: { zh: '新增指标', en: 'Criterion added' },
  CRITERION_REMOVED: { zh: '移除指标', en: 'Criterion removed' },
} as const;

const score = decimal({ scale: 2, label: { zh: '得分', en: 'Score' } });

/** What results consist of, in words. */
export const scoreObjects = [
  describeObject('Evaluation', {
    modelVersion: int({ required: true, label: { zh: '模型版本', en: 'Version of the model' } }),
    score,
    status: choice(statuses, { required: true, label: { zh: '状态', en: 'Status' } }),
    coverage: decimal({ scale: 4, required: true, label: { zh: '数据覆盖率', en: 'Coverage' } }),
    computedAt: dateTime({ required: true, label: { zh: '计算时间', en: 'Computed' } }),
    rankedAt: dateTime({ label: { zh: '排名时间', en: 'Ranked' } }),
    cause: text({ max: 32, required: true, label: { zh: '起因', en: 'Cause' } }),
    validFrom: dateTime({ required: true, label: { zh: '起', en: 'From' } }),
    validTo: dateTime({ label: { zh: '止', en: 'To' } }),
  }),
  describeObject('Contribution', {
    criterion: text({ max: 64, required: true, label: { zh: '指标', en: 'Indicator' } }),
    rawValue: text({ max: 200, label: { zh: '指标值', en: 'Value' } }),
    share: decimal({ scale: 4, label: { zh: '百分位', en: 'Share below' } }),
    points: decimal({ scale: 4, label: { zh: '得分', en: 'Points' } }),
    maxPoints: decimal({ scale: 4, required: true, label: { zh: '分值', en: 'Most points' } }),
    contribution: decimal({ scale: 2, required: true, label: { zh: '贡献', en: 'Contribution' } }),
    maxContribution: decimal({
      scale: 2,
      required: true,
      label: { zh: '最大贡献', en: 'Most contribution' },
    }),
  }),
  describeObject('ContributionDelta', {
    before: decimal({ scale: 2, required: true, label: { zh: '之前', en: 'Before' } }),
    after: decimal({ scale: 2, required: true, label: { zh: '之后', en: 'After' } }),
    delta: decimal({ scale: 2, required: true, label: { zh: '变化', en: 'Change' } }),
    reason: choice(reasons, { required: true, label: { zh: '原因', en: 'Reason' } }),
  }),
  describeObject('ScoreOverride', {
    grade: text({ max: 32, label: { zh: '等级', en: 'Grade' } }),
    score,
    reason: text({ max: 500, required: true, label: { zh: '调整原因', en: 'Reason' } }),
    createdAt: dateTime({ required: true, label: { zh: '调整时间', en: 'Created' } }),
    expiresAt: dateTime({ label: { zh: '到期时间', en: 'Expires' } }),
    endedAt: dateTime({ label: { zh: '结束时间', en: 'Ended' } }),
  }),
];
