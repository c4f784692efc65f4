import { migration } from '@crm/kit/database/migration';
import {
  aggregate,
  count,
  days,
  inbound,
  of,
  ofTwo,
  sum,
  thisYear,
  visits,
  seedIndicatorsSql,
  type IndicatorSeed,
  unseedIndicatorsSql,
} from './indicator-seed.ts';

const seeds: readonly IndicatorSeed[] = [
  ...of({ subjectType: 'PERSON', category: 'ENGAGEMENT' }, [
    {
      code: 'person_interactions_90d',
      zh: '近90天联络热度',
      en: 'Interactions in 90 days, recent ones weighing more',
      source: aggregate('INTERACTION', 'DECAYED_SUM', { window: days(90), halfLifeDays: 30 }),
    },
    {
      code: 'person_days_since_last_interaction',
      zh: '距最近联络天数',
      en: 'Days since the last interaction',
      source: { kind: 'RECENCY', fact: 'INTERACTION' },
      unit: 'DAY',
    },
    {
      code: 'person_days_known',
      zh: '相识天数',
      en: 'Days since the first interaction',
      source: { kind: 'RECENCY', fact: 'INTERACTION', from: 'FIRST' },
      unit: 'DAY',
    },
    {
      code: 'person_interaction_count_365d',
      zh: '近365天联络次数',
      en: 'Interactions in 365 days',
      source: count('INTERACTION', days(365)),
    },
    {
      code: 'person_inbound_count_365d',
      zh: '近365天主动联络次数',
      en: 'Interactions in 365 days that the person began',
      source: count('INTERACTION', days(365), inbound),
    },
    {
      code: 'person_visit_count_365d',
      zh: '近365天拜访次数',
      en: 'Visits in 365 days',
      source: count('INTERACTION', days(365), visits),
    },
    {
      code: 'person_two_way_ratio',
      zh: '主动联络比例',
      en: 'Share of interactions that the person began',
      source: ofTwo('RATIO', 'person_inbound_count_365d', 'person_interaction_count_365d'),
    },
    {
      code: 'person_visit_share',
      zh: '拜访比例',
      en: 'Share of visits',
      source: ofTwo('RATIO', 'person_visit_count_365d', 'person_interaction_count_365d'),
    },
  ]),
  ...of({ subjectType: 'STAFF', category: 'TRANSACTION' }, [
    {
      code: 'staff_order_amount_this_year',
      zh: '本年订单金额',
      en: 'Order amount this year',
      source: sum('ORDER', thisYear),
      unit: 'CNY',
    },
    {
      code: 'staff_order_count_this_year',
      zh: '本年订单数',
      en: 'Orders this year',
      source: count('ORDER', thisYear),
    },
  ]),
  ...of({ subjectType: 'STAFF', category: 'ENGAGEMENT' }, [
    {
      code: 'staff_visit_count_90d',
      zh: '近90天拜访次数',
      en: 'Visits in 90 days',
      source: count('INTERACTION', days(90), visits),
    },
    {
      code: 'staff_days_since_last_interaction',
      zh: '距最近联络天数',
      en: 'Days since the last interaction',
      source: { kind: 'RECENCY', fact: 'INTERACTION' },
      unit: 'DAY',
    },
  ]),
];

/** Those that the default models of people and of staff are made of. */
export const seedIndicatorsOfPeople = migration('SeedIndicatorsOfPeople_1796051200000', {
  up: [seedIndicatorsSql(seeds)],
  down: [unseedIndicatorsSql(seeds)],
});
