import { migration } from '@crm/kit/database/migration';
import {
  seedModelSql,
  supersedeModelSql,
  unsupersedeModelSql,
  type ModelSeed,
} from './evaluation-model-seed.ts';

const rating = { map: { VERY_GOOD: 10, GOOD: 8, FAIR: 5, POOR: 2, VERY_POOR: 0 } };

const credit: ModelSeed = {
  code: 'customer_credit',
  kind: 'CREDIT',
  subjectType: 'CUSTOMER',
  labels: { zh: '客户信用', en: 'Customer credit' },
  minCoverage: 0.4,
  class: 'CONFIDENTIAL',
  categories: [
    [
      '付款',
      'Payments',
      45,
      [
        ['on_time_payment_ratio', 4, 10, { linear: [0.5, 1] }, 'SKIP'],
        ['days_late_average_365d', 2, 10, { linear: [30, 0] }, 'SKIP'],
        ['days_late_max_365d', 1, 10, { linear: [90, 0] }, 'SKIP'],
        ['receivable_overdue_ratio', 3, 10, { linear: [0.5, 0] }, 'SKIP'],
        ['overdue_balance', 2, 10, { linear: [100_000, 0] }],
      ],
    ],
    ['额度', 'Limit', 15, [['credit_utilisation', 1, 10, { linear: [1.2, 0.5] }, 'SKIP']]],
    [
      '评价',
      'Ratings',
      25,
      [
        ['bank_credit_rating', 2, 10, rating, 'SKIP'],
        ['trade_credit_rating', 2, 10, rating, 'SKIP'],
        [
          'payment_behaviour',
          3,
          10,
          { map: { PROMPT: 10, AVERAGE: 6, SLOW: 3, DIFFICULT: 1, HABITUAL_DEFAULT: 0 } },
          'SKIP',
        ],
        [
          'funding_position',
          2,
          10,
          { map: { SUFFICIENT: 10, AVERAGE: 6, INSUFFICIENT: 2, TIGHT: 0 } },
          'SKIP',
        ],
        ['accounting_books', 1, 10, { map: { COMPLETE: 10, INCOMPLETE: 3 } }, 'SKIP'],
      ],
    ],
    [
      '实力',
      'Strength',
      15,
      [
        ['registered_capital', 1, 10, { linear: [0, 10_000_000] }, 'SKIP'],
        ['years_established', 1, 10, { linear: [0, 10] }, 'SKIP'],
        ['days_since_first_order', 1, 10, { linear: [0, 1095] }],
      ],
    ],
  ],
  grades: [
    [85, 'A', 'A 级', 'A', 3],
    [70, 'B', 'B 级', 'B', 2],
    [55, 'C', 'C 级', 'C', 1],
    [40, 'D', 'D 级', 'D', 0.5],
    [0, 'E', 'E 级', 'E', 0],
  ],
};

const loyalty: ModelSeed['grades'] = [
  [75, 'LOYAL', '忠诚', 'Loyal'],
  [55, 'STEADY', '稳定', 'Steady'],
  [35, 'WAVERING', '动摇', 'Wavering'],
  [0, 'AT_RISK', '流失风险', 'At risk'],
];

const customerLoyalty: ModelSeed = {
  code: 'customer_loyalty',
  kind: 'LOYALTY',
  subjectType: 'CUSTOMER',
  labels: { zh: '客户忠诚度', en: 'Customer loyalty' },
  minCoverage: 0.5,
  class: 'INTERNAL',
  categories: [
    [
      '交易',
      'Transactions',
      70,
      [
        ['days_since_first_order', 2, 10, { linear: [0, 1825] }],
        ['days_since_last_order', 4, 10, { linear: [365, 30] }],
        ['orders_per_month_365d', 3, 10, { linear: [0, 2] }],
        ['repeat_order_rate', 2, 10, { linear: [0, 0.9] }],
        ['order_months_365d', 2, 10, { linear: [0, 12] }],
        ['order_amount_growth', 2, 10, { linear: [-0.5, 0.5] }, 'SKIP'],
      ],
    ],
    [
      '付款',
      'Payments',
      15,
      [
        ['on_time_payment_ratio', 2, 10, { linear: [0.5, 1] }, 'SKIP'],
        ['receivable_overdue_ratio', 1, 10, { linear: [0.5, 0] }, 'SKIP'],
      ],
    ],
    ['需求', 'Needs', 15, [['need_count_365d', 1, 10, { linear: [0, 4] }]]],
  ],
  grades: loyalty,
};

const closeness: ModelSeed = {
  code: 'contact_closeness',
  kind: 'CLOSENESS',
  subjectType: 'PERSON',
  labels: { zh: '联系人亲密度', en: 'Closeness of a contact' },
  minCoverage: 0.5,
  class: 'INTERNAL',
  categories: [
    [
      '联络',
      'Engagement',
      80,
      [
        ['person_interactions_90d', 3, 10, { linear: [0, 6] }],
        ['person_days_since_last_interaction', 3, 10, { linear: [180, 7] }],
        ['person_two_way_ratio', 2, 10, { linear: [0, 0.5] }],
        ['person_visit_share', 2, 10, { linear: [0, 0.5] }],
      ],
    ],
    [
      '回应',
      'Response',
      20,
      [
        ['person_need_count_365d', 1, 10, { linear: [0, 2] }],
        ['person_care_reply_count_365d', 1, 10, { linear: [0, 2] }],
      ],
    ],
  ],
  grades: [
    [75, 'CLOSE', '亲密', 'Close'],
    [50, 'FAMILIAR', '熟悉', 'Familiar'],
    [25, 'ACQUAINTED', '认识', 'Acquainted'],
    [0, 'COLD', '疏远', 'Cold'],
  ],
};

const contactLoyalty: ModelSeed = {
  code: 'contact_loyalty',
  kind: 'LOYALTY',
  subjectType: 'PERSON',
  labels: { zh: '联系人忠诚度', en: 'Loyalty of a contact' },
  minCoverage: 0.5,
  class: 'INTERNAL',
  categories: [
    [
      '联络',
      'Engagement',
      60,
      [
        ['person_days_known', 3, 10, { linear: [0, 1825] }],
        ['person_interaction_count_365d', 2, 10, { linear: [0, 12] }],
        ['person_inbound_count_365d', 2, 10, { linear: [0, 6] }],
        ['person_days_since_last_interaction', 3, 10, { linear: [365, 30] }],
      ],
    ],
    [
      '支持',
      'Support',
      40,
      [
        ['person_won_opportunity_count', 2, 10, { linear: [0, 2] }],
        ['person_need_count_365d', 1, 10, { linear: [0, 3] }],
        ['person_care_reply_count_365d', 1, 10, { linear: [0, 2] }],
      ],
    ],
  ],
  grades: loyalty,
};

const threat: ModelSeed = {
  code: 'competitor_threat',
  kind: 'THREAT',
  subjectType: 'COMPETITOR',
  labels: { zh: '竞争对手威胁', en: 'Threat of a competitor' },
  minCoverage: 0.5,
  class: 'INTERNAL',
  categories: [
    [
      '竞争',
      'Contests',
      60,
      [
        ['competitor_contested_count_365d', 2, 10, { linear: [0, 10] }],
        ['competitor_win_count_365d', 3, 10, { linear: [0, 5] }],
        ['competitor_win_amount_365d', 3, 10, { linear: [0, 2_000_000] }],
      ],
    ],
    ['动向', 'Moves', 15, [['competitor_activity_count_180d', 1, 10, { linear: [0, 6] }]]],
    ['价格', 'Price', 15, [['competitor_price_ratio', 1, 10, { linear: [1.1, 0.8] }, 'SKIP']]],
    ['客户', 'Customers', 10, [['competitor_strategic_customer_count', 1, 10, { linear: [0, 5] }]]],
  ],
  grades: [
    [60, 'HIGH', '高', 'High'],
    [30, 'MEDIUM', '中', 'Medium'],
    [0, 'LOW', '低', 'Low'],
  ],
};

const performance: ModelSeed = {
  code: 'staff_performance',
  kind: 'PERFORMANCE',
  subjectType: 'STAFF',
  labels: { zh: '员工绩效', en: 'Staff performance' },
  minCoverage: 0.4,
  class: 'INTERNAL',
  categories: [
    [
      '业绩',
      'Results',
      50,
      [
        ['staff_order_attainment_this_year', 3, 10, { linear: [0, 1] }, 'SKIP'],
        ['staff_collection_attainment_this_year', 2, 10, { linear: [0, 1] }, 'SKIP'],
      ],
    ],
    [
      '客户',
      'Customers',
      30,
      [
        ['staff_new_customer_count_this_year', 1, 10, { linear: [0, 12] }],
        ['staff_overdue_contact_count', 1, 10, { linear: [10, 0] }],
      ],
    ],
    ['联络', 'Engagement', 20, [['staff_visit_count_90d', 1, 10, { linear: [0, 30] }]]],
  ],
  grades: [
    [85, 'OUTSTANDING', '优秀', 'Outstanding'],
    [70, 'GOOD', '良好', 'Good'],
    [50, 'FAIR', '合格', 'Fair'],
    [0, 'POOR', '待改进', 'Poor'],
  ],
};

const superseding = [credit, customerLoyalty, closeness, contactLoyalty];
const fresh = [threat, performance];

/** Second versions of what the product began with, and models of competitors and of staff. */
export const seedMoreModels = migration('SeedMoreModels_1796057300000', {
  up: [...superseding.flatMap(supersedeModelSql), ...fresh.flatMap(seedModelSql)],
  down: [
    ...superseding.flatMap(({ code }) => unsupersedeModelSql(code)),
    ...fresh.map(
      ({ code }) =>
        `DELETE v, m FROM evaluationModelVersion v JOIN evaluationModel m ON m.id = v.modelId
         WHERE m.code = '${code}'`,
    ),
  ],
});
