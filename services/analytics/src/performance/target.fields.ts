import { defineEntity, describeObject } from '@crm/kit/record/entity';
import { choice, date, decimal, id } from '@crm/kit/record/field';

export const measureLabels = {
  ORDER_AMOUNT: { zh: '订单金额', en: 'Order amount' },
  COLLECTION_AMOUNT: { zh: '收款金额', en: 'Collections' },
  VISIT_COUNT: { zh: '拜访次数', en: 'Visits' },
  NEW_CUSTOMER_COUNT: { zh: '新增客户', en: 'New customers' },
} as const;

const periodLabels = {
  MONTH: { zh: '月', en: 'Month' },
  QUARTER: { zh: '季度', en: 'Quarter' },
  YEAR: { zh: '年', en: 'Year' },
} as const;

/** What is wanted of somebody, or of a team, in a period: configuration. One of the two is named. */
export const TargetEntity = defineEntity('PerformanceTarget', {
  fields: {
    staffId: id({ references: 'StaffMember', label: { zh: '员工', en: 'Staff' } }),
    teamId: id({ references: 'Team', label: { zh: '团队', en: 'Team' } }),
    measure: choice(measureLabels, { required: true, label: { zh: '指标', en: 'Measure' } }),
    period: choice(periodLabels, { required: true, label: { zh: '周期', en: 'Period' } }),
    startsOn: date({ required: true, label: { zh: '周期开始', en: 'First day' } }),
    value: decimal({ required: true, label: { zh: '目标值', en: 'Target' } }),
  },
  // Whose targets one sees follows from whose performance: see `staff-access.queries.ts`.
  access: { by: 'company' },
});

export type PerformanceTarget = NonNullable<typeof TargetEntity.row>;

/** Closed values of answers. */
export const performanceObjects = [
  describeObject('PerformancePeriod', {
    kind: choice(periodLabels, {
      required: true,
      managed: true,
      label: { zh: '周期', en: 'Period' },
    }),
  }),
  describeObject('MeasureProgress', {
    measure: choice(measureLabels, {
      required: true,
      managed: true,
      label: { zh: '指标', en: 'Measure' },
    }),
  }),
];
